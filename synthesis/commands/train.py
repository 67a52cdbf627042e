"""`python -m synthesis train`: train a network on composed clips."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result


def train(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml: task, corpora, network, examples, ...")],
    out: Annotated[Path, typer.Option(help="Folder of the training; an unfinished one is continued.")],
) -> None:
    """Train a network of words or backgrounds, and write OUT/network.safetensors. Prints one JSON line."""
    from synthesis.common.yaml_file import load_yaml
    from synthesis.process.freed_memory import keep_freed_memory
    from synthesis.process.lock import exclusive_folder
    from synthesis.process.progress import Steps
    from synthesis.training import loop
    from synthesis.training.parts import planned, read_parts
    from synthesis.training.spec import TrainSpec

    keep_freed_memory()
    wanted = load_yaml(spec, TrainSpec)
    parts = read_parts(wanted)
    wanted = planned(wanted, parts)
    with exclusive_folder(out, "training"), Steps(f"batches of {wanted.batch} clips", wanted.steps) as steps:
        progress = loop.train(wanted, parts, out, steps)
    print_result(
        examples=progress.step * wanted.batch,
        minutes=round(progress.seconds / 60, 1),
        stopped_early=progress.stopped,
        validation=progress.validations[-1] if progress.validations else {},
    )
