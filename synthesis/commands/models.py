"""`python -m synthesis models`: the networks that metamers can be made for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from synthesis.commands.shared import AsJson, tell

if TYPE_CHECKING:
    from synthesis.networks.entry import Entry


def models(as_json: AsJson = False) -> None:
    """List the networks that metamers can be made for: name, input size, weights, licence.

    Beside these: torchvision/NAME, timm/NAME, torchaudio/NAME, and your own, path/module.py:factory.
    """
    from synthesis.networks.registry import registered

    entries = registered()
    if as_json:
        typer.echo(json.dumps([_row(entry) for entry in entries]))
        return
    table = [(entry.name, str(entry.input.format), _weights(entry), _licence(entry)) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    tell("also: torchvision/NAME, timm/NAME, torchaudio/NAME, path/module.py:factory")


def _row(entry: Entry) -> dict[str, object]:
    from synthesis.certify.null_file import reference_file

    return {
        "name": entry.name,
        "input": entry.input.format.model_dump(),
        "weights": _weights(entry),
        "licence": _licence(entry),
        "description": entry.description,
        "layers": [layer.name for layer in entry.layers],
        "reference_null": reference_file(entry.name) is not None,
    }


def _weights(entry: Entry) -> str:
    """Where an entry's weights come from, in words."""
    if entry.weights:
        return entry.weights.description
    if entry.seed is not None:
        return f"random, seed {entry.seed}"
    return "a file that training wrote" if entry.header else "a checkpoint file, or random"


def _licence(entry: Entry) -> str:
    return entry.weights.licence if entry.weights else "the file's own"
