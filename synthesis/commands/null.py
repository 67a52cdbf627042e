"""`python -m synthesis null`: a network's null distributions for a folder of stimuli."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Preparation, Weights, print_result, tell
from synthesis.common.errors import UserError
from synthesis.common.names import composed

if TYPE_CHECKING:
    from synthesis.bundle.nulls import LayerNull
    from synthesis.certify.certifier import Certifier
    from synthesis.media.medium import Medium, Stimulus

    Shown = dict[str, tuple[str, Stimulus]]

MOST_PAIRS = 10_000_000


def null(
    model: Annotated[str, typer.Argument(help="One of `models`.")],
    stimuli: Annotated[Path, typer.Option(help="Folder of natural pictures or sounds, at any depth.")],
    pairs: Annotated[
        str, typer.Option(help="How many are wanted; of a larger folder stimuli are drawn at random.")
    ] = "1e6",
    layer: Annotated[list[str] | None, typer.Option(help="Only this layer; may be repeated.")] = None,
    weights: Weights = "published",
    prepare: Preparation = None,
    out: Annotated[
        Path | None, typer.Option(help="A null file to write, for `null_file: FILE` in specs.")
    ] = None,
    description: Annotated[str, typer.Option(help="What the stimuli are, in words, for the file.")] = "",
) -> None:
    """Compute how well unrelated stimuli match at each layer: one JSON line per layer.

    A certificate needs 100,000 pairs (448 stimuli); 1,415 stimuli make the published million. Stimuli that
    look or sound like another one are named and left out. The nulls are kept in this machine's cache too,
    where runs with the same network and stimuli find them.
    """
    from synthesis.certify.certifier import Certifier
    from synthesis.certify.decision import FeatherRule
    from synthesis.certify.network_null import cached_null
    from synthesis.media.medium import preparation
    from synthesis.networks.registry import load_network

    wanted = _wanted(pairs)
    if out is not None and out.is_dir():
        raise UserError(f"{out}: is a folder; give the name of the file to write, like null.json")
    network = load_network(model, parse_weights(weights)).including(layer or ())
    certifier = Certifier(network, FeatherRule())
    shown = _shown(stimuli, certifier.medium, preparation(certifier.medium, prepare), wanted)
    named = [(name, sha256) for name, (sha256, _) in shown.items()]
    stimuli_by_sha256 = dict(shown.values())
    nulls = []
    for name in layer or [known.name for known in network.layers]:
        nulls.append(cached_null(certifier, name, named, stimuli_by_sha256.__getitem__))
        left_out = {name: {"histogram", "growth"} for name in ("spearman", "pearson_r2", "snr_db")}
        print_result(**nulls[-1].model_dump(exclude=left_out))
    if out is not None:
        _write(out, certifier, shown, nulls, description or f"{certifier.medium.files.plural} of one folder")


def _wanted(pairs: str) -> int:
    try:
        wanted = int(float(pairs))
    except (ValueError, OverflowError):
        wanted = 0
    if not 1 <= wanted <= MOST_PAIRS:
        raise UserError(f"--pairs {pairs}: give a number from 1 to {MOST_PAIRS:,}, like 1e6")
    return wanted


def _shown(folder: Path, medium: Medium, prepare: str, pairs: int) -> Shown:
    """Name to (SHA-256 as served, stimulus) of different stimuli: as many as make `pairs`, or all."""
    from synthesis.certify.look_alikes import in_words
    from synthesis.certify.null import LEAST_PAIRS
    from synthesis.certify.null_stimuli import NullStimuli, served_sha256
    from synthesis.certify.null_summary import pairs_of, stimuli_for
    from synthesis.media.folders import stimulus_files
    from synthesis.process.progress import Steps

    files = [
        (composed(file.relative_to(folder).as_posix()), file) for file in stimulus_files(folder, medium.files)
    ]
    wanted, chosen, shown = stimuli_for(pairs), NullStimuli(medium, prepare), {}
    with Steps(medium.files.plural, min(wanted, len(files))) as progress:
        for name, stimulus in chosen.choose(files, wanted):
            shown[name] = served_sha256(medium, stimulus), stimulus
            progress.advance()
    for line in in_words(chosen.left_out, f"{medium.files.plural} left out of the null as look-alikes"):
        tell(line)
    if (found := pairs_of(len(shown))) < LEAST_PAIRS:
        tell(
            f"{folder}: {len(shown)} different {medium.files.plural} make {found:,} pairs; a certificate "
            f"needs {LEAST_PAIRS:,} ({stimuli_for(LEAST_PAIRS)} {medium.files.plural})"
        )
    return shown


def _write(out: Path, certifier: Certifier, shown: Shown, nulls: list[LayerNull], description: str) -> None:
    from synthesis.certify.null_file import NullFile, sha256_start
    from synthesis.common.files import write_atomically
    from synthesis.process.versions import versions

    network = certifier.network
    content = NullFile(
        network=network.name,
        weights_sha256=network.weights_sha256,
        input=network.input.format,
        description=description,
        software=versions(),
        stimuli=[sha256_start(sha256) for sha256, _ in shown.values()],
        nulls=nulls,
    )
    write_atomically(out, content.model_dump_json().encode())
    tell(f"{out}: nulls of {len(nulls)} layers from {nulls[0].pairs:,} pairs")
