"""`python -m synthesis recognize`: another network's answers to a bundle."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Bundle, Weights, print_result, tell


def recognize(
    bundle: Bundle,
    model: Annotated[str, typer.Option(help="The observer: one of `models`.")],
    out: Annotated[Path, typer.Option(help="Folder for answers.csv, summary.csv and recognize.json.")],
    weights: Weights = "published",
    readout: Annotated[
        Path | None, typer.Option(help="The observer's readout, for other categories.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
) -> None:
    """Write a network's answers to a bundle's naturals and certified metamers. Prints one JSON line."""
    from synthesis.bundle.store import BundleStore
    from synthesis.networks.registry import load_network
    from synthesis.recognition.recognize import recognize_bundle

    started = time.monotonic()
    record = recognize_bundle(
        BundleStore(bundle),
        load_network(model, parse_weights(weights)),
        out,
        readout=readout,
        seed=seed,
        command=sys.argv,
    )
    for note in record.notes:
        tell(note)
    shown = record.bundle
    print_result(
        naturals=shown.naturals,
        metamers=shown.metamers,
        uncertified=shown.uncertified,
        seconds=round(time.monotonic() - started, 1),
    )
