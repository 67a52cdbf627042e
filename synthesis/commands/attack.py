"""`python -m synthesis attack`: how a network stands up to the adversary of a training's spec."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Weights, print_result
from synthesis.common.errors import UserError


def attack(
    spec: Annotated[Path, typer.Argument(help="SPEC.yaml of a training, with a section `adversary`.")],
    model: Annotated[str, typer.Option(help="One of `models`; `trained` for a file of --weights.")],
    weights: Weights = "published",
) -> None:
    """Count the validation clips that a network names, as they are and perturbed. Prints one JSON line."""
    from synthesis.common.yaml_file import load_yaml
    from synthesis.networks.registry import load_network
    from synthesis.process.progress import Steps
    from synthesis.training.parts import named_batches, read_validation
    from synthesis.training.robustness import robustness
    from synthesis.training.spec import TrainSpec

    wanted = load_yaml(spec, TrainSpec)
    if wanted.adversary is None:
        raise UserError(f"{spec}: has no adversary; add a section such as adversary: {{norm: l2, eps: 0.5}}")
    network = load_network(model, parse_weights(weights))
    source = read_validation(wanted)
    size = min(wanted.batch, wanted.validation_clips)
    with Steps(f"batches of {size} clips", wanted.validation_clips // size) as steps:
        batches = named_batches(wanted, source)
        found = robustness(network, batches, wanted.adversary, wanted.seed, steps.advance)
    if not found.clips:
        raise UserError(f"{spec}: no clip of its corpora has a right answer that {model} could give")
    print_result(
        model=model,
        adversary=wanted.adversary.model_dump(mode="json", exclude={"random_step"}),
        clips=found.clips,
        accuracy=round(found.clean / found.clips, 4),
        under_attack=round(found.attacked / found.clips, 4),
        under_random_step=round(found.random_step / found.clips, 4),
    )
