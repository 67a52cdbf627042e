"""`python -m synthesis models` and `layers`: what metamers can be made for."""

import json
from typing import Annotated, Any

import typer

from synthesis.bundle.spec import parse_weights


def models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for scripts.")] = False,
) -> None:
    """List the networks that metamers can be made for: name, input size, weights, licence.

    Beside these: torchvision/NAME, timm/NAME, and a module of your own, path/module.py:factory.
    """
    from synthesis.registry import registered

    rows: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "input": entry.input.format.model_dump(),
            "weights": entry.weights.description if entry.weights else "a checkpoint file, or random",
            "licence": entry.weights.licence if entry.weights else "the file's own",
            "description": entry.description,
            "layers": [layer.name for layer in entry.layers],
        }
        for entry in registered()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row, entry in zip(rows, registered(), strict=True):
        shown = str(entry.input.format)
        typer.echo(f"{row['name']:<18}  {shown:<15}  {row['weights']:<58}  {row['licence']}")
    typer.echo("also: torchvision/NAME, timm/NAME, path/module.py:factory", err=True)


def layers(
    model: Annotated[
        str, typer.Argument(help="One of `models`, torchvision/NAME, timm/NAME, FILE.py:FACTORY.")
    ],
    every: Annotated[bool, typer.Option("--all", help="Every graph node, instead of the layers.")] = False,
    weights: Annotated[
        str | None, typer.Option(help="Load these too, to see that they fit: a file, random:SEED, published.")
    ] = None,
) -> None:
    """List a network's layers in depth order; any node of --all can be matched too."""
    from synthesis.registry import architecture, load_network, network_layers

    if weights is not None:
        load_network(model, parse_weights(weights))
    names = architecture(model).nodes() if every else [layer.name for layer in network_layers(model)]
    for name in names:
        typer.echo(name)
