"""`python -m synthesis layers`: what of a network can be matched."""

import json
from typing import Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import AsJson


def layers(
    model: Annotated[
        str,
        typer.Argument(
            help="One of `models`, torchvision/NAME, timm/NAME, torchaudio/NAME, FILE.py:FACTORY."
        ),
    ],
    every: Annotated[bool, typer.Option("--all", help="Every graph node, instead of the layers.")] = False,
    weights: Annotated[
        str | None, typer.Option(help="Load these too, to see that they fit: published, random:SEED, a file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List a network's layers in depth order; any node of --all can be matched too."""
    from synthesis.networks.registry import architecture, load_network, network_layers

    loaded = None if weights is None else load_network(model, parse_weights(weights))
    if every:
        names = (loaded or architecture(model)).nodes()
    else:
        names = [layer.name for layer in (loaded.layers if loaded else network_layers(model))]
    typer.echo(json.dumps(names) if as_json else "\n".join(names))
