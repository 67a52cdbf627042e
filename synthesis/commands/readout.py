"""`python -m synthesis readout`: fit a linear readout to a folder of pictures."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Weights, print_result
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically


def readout(
    folder: Annotated[Path, typer.Argument(help="One sub-folder of pictures per category.")],
    model: Annotated[str, typer.Option(help="One of `models`.")],
    out: Annotated[Path, typer.Option(help="The readout file to write (.safetensors).")],
    weights: Weights = "published",
    augment: Annotated[int, typer.Option(min=0, help="Variants of each picture that are fitted too.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Of the variants.")] = 0,
) -> None:
    """Fit category names to a network's pooled features. Prints one JSON line with both accuracies."""
    from synthesis.certify.readout.fit_folder import fit_folder, labelled_pictures
    from synthesis.networks.registry import load_network
    from synthesis.process.progress import Steps

    if out.is_dir():
        raise UserError(f"{out}: is a folder; give the name of the file to write, like readout.safetensors")
    _, pictures = labelled_pictures(folder)
    network = load_network(model, parse_weights(weights))
    with Steps("features", len(pictures) * (1 + augment)) as steps:
        fitted, fit = fit_folder(folder, network, augment, seed, steps.advance)
    data = fitted.to_bytes()
    write_atomically(out, data)
    print_result(
        categories=len(fitted.categories),
        pictures=len(pictures),
        cv_accuracy=fit.cv_accuracy,
        fit_accuracy=fit.fit_accuracy,
        strength=fit.strength,
        sha256=hashlib.sha256(data).hexdigest(),
    )
