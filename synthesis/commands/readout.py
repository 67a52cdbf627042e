"""`python -m synthesis readout`: fit a linear readout to a folder of pictures or sounds."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Preparation, Weights, print_result
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically


def readout(
    folder: Annotated[Path, typer.Argument(help="One sub-folder of pictures or sounds per category.")],
    model: Annotated[str, typer.Option(help="One of `models`.")],
    out: Annotated[Path, typer.Option(help="The readout file to write (.safetensors).")],
    weights: Weights = "published",
    prepare: Preparation = None,
    augment: Annotated[int, typer.Option(min=0, help="Variants of each that are fitted too.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Of the variants.")] = 0,
) -> None:
    """Fit category names to a network's pooled features. Prints one JSON line with both accuracies."""
    from synthesis.certify.readout.fit_folder import fit_folder, labelled_files
    from synthesis.media.registry import medium_of
    from synthesis.networks.registry import load_network, network_input
    from synthesis.process.progress import Steps

    if out.is_dir():
        raise UserError(f"{out}: is a folder; give the name of the file to write, like readout.safetensors")
    medium = medium_of(network_input(model))
    _, files = labelled_files(folder, medium)
    network = load_network(model, parse_weights(weights))
    with Steps("features", len(files) * (1 + augment)) as steps:
        fitted, fit = fit_folder(folder, network, augment, seed, steps.advance, prepare)
    data = fitted.to_bytes()
    write_atomically(out, data)
    print_result(
        categories=len(fitted.categories),
        **{medium.files.plural: len(files)},
        cv_accuracy=fit.cv_accuracy,
        fit_accuracy=fit.fit_accuracy,
        strength=fit.strength,
        sha256=hashlib.sha256(data).hexdigest(),
    )
