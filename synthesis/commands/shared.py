"""What the commands share: parameters that several of them have, and how they print.

Every command is a module of its name with one function. Its help is full sentences. At the top a module
imports what names its parameters; what does the work is imported inside the function, so that `--help` and
lists are quick. Messages go to stderr; the last line of stdout is the result as JSON.
"""

import json
from typing import Annotated

import typer

Bundle = Annotated[str, typer.Argument(help="A bundle's folder, or its address: s3://BUCKET/PREFIX.")]
Weights = Annotated[str, typer.Option(help="published, random:SEED, or a checkpoint file.")]
Preparation = Annotated[
    str | None, typer.Option(help="How pictures are prepared: square-resize, resize-256-crop-224 or none.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON list, for scripts.")]

NULL_ALONE = "decision: none: no answers are compared; the null alone certifies"


def print_result(**result: object) -> None:
    """Say on stdout what came of the command, as one line of JSON."""
    typer.echo(json.dumps(result))


def tell(message: str) -> None:
    """Say something to people."""
    typer.echo(message, err=True)
