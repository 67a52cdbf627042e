"""`python -m synthesis models` and `layers`: what metamers can be made for."""

import json
from typing import Annotated, Any

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.networks.entry import Entry


def models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for scripts.")] = False,
) -> None:
    """List the networks that metamers can be made for: name, input size, weights, licence.

    Beside these: torchvision/NAME, timm/NAME, torchaudio/NAME, and your own, path/module.py:factory.
    """
    from synthesis.networks.registry import registered

    rows: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "input": entry.input.format.model_dump(),
            "weights": _weights(entry),
            "licence": entry.weights.licence if entry.weights else "the file's own",
            "description": entry.description,
            "layers": [layer.name for layer in entry.layers],
        }
        for entry in registered()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = [
        (row["name"], str(entry.input.format), row["weights"], row["licence"])
        for row, entry in zip(rows, registered(), strict=True)
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    typer.echo("also: torchvision/NAME, timm/NAME, torchaudio/NAME, path/module.py:factory", err=True)


def layers(
    model: Annotated[
        str,
        typer.Argument(
            help="One of `models`, torchvision/NAME, timm/NAME, torchaudio/NAME, FILE.py:FACTORY."
        ),
    ],
    every: Annotated[bool, typer.Option("--all", help="Every graph node, instead of the layers.")] = False,
    weights: Annotated[
        str | None, typer.Option(help="Load these too, to see that they fit: a file, random:SEED, published.")
    ] = None,
) -> None:
    """List a network's layers in depth order; any node of --all can be matched too."""
    from synthesis.networks.registry import architecture, load_network, network_layers

    loaded = None if weights is None else load_network(model, parse_weights(weights))
    if every:
        names = (loaded or architecture(model)).nodes()
    else:
        names = [layer.name for layer in (loaded.layers if loaded else network_layers(model))]
    for name in names:
        typer.echo(name)


def _weights(entry: Entry) -> str:
    """Where an entry's weights come from, in words."""
    if entry.weights:
        return entry.weights.description
    if entry.seed is not None:
        return f"random, seed {entry.seed}"
    return "a file that training wrote" if entry.header else "a checkpoint file, or random"
