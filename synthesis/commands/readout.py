"""`python -m synthesis readout`: fit a linear readout to a folder of pictures."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.process.progress import Steps


def readout(
    folder: Annotated[Path, typer.Argument(help="one sub-folder of pictures per category")],
    model: Annotated[str, typer.Option(help="a network of `python -m synthesis models`")],
    out: Annotated[Path, typer.Option(help="the readout file to write (.safetensors)")],
    weights: Annotated[
        str | None, typer.Option(help="a checkpoint file or random:SEED, instead of the published ones")
    ] = None,
    augment: Annotated[int, typer.Option(min=0, help="variants of each picture that are fitted too")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="of the variants")] = 0,
) -> None:
    """Fit category names to a network's pooled features. Prints one JSON line with both accuracies."""
    # Not at the top: `python -m synthesis models` must not load torch.
    from synthesis.certify.readout.fit_folder import fit_folder, labelled_pictures
    from synthesis.networks.registry import load_network

    if out.is_dir():
        raise UserError(f"{out}: is a folder; give the name of the file to write, like readout.safetensors")
    _, pictures = labelled_pictures(folder)
    network = load_network(model, parse_weights(weights))
    with Steps("features", len(pictures) * (1 + augment)) as steps:
        fitted, fit = fit_folder(folder, network, augment, seed, steps.advance)
    data = fitted.to_bytes()
    write_atomically(out, data)
    result = {
        "categories": len(fitted.categories),
        "pictures": len(pictures),
        "cv_accuracy": fit.cv_accuracy,
        "fit_accuracy": fit.fit_accuracy,
        "strength": fit.strength,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    typer.echo(json.dumps(result))
