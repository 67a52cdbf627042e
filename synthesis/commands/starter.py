"""`python -m synthesis starter`: write the starter pictures."""

import json
from pathlib import Path
from typing import Annotated

import typer

from synthesis.process.progress import Steps
from synthesis.starter.make import (
    DEFAULT_EMOJI,
    DEFAULT_NULL,
    DEFAULT_PER_CATEGORY,
    DEFAULT_SEED,
    make_starter,
    plan_pictures,
)


def starter(
    out: Annotated[Path, typer.Option(help="folder to write: stimuli/CATEGORY/*.png and null/*.png")],
    emoji: Annotated[Path, typer.Option(help="folder of the 3-D emoji's WebP files")] = DEFAULT_EMOJI,
    per_category: Annotated[
        int, typer.Option(min=1, help="stimuli of each category, at most")
    ] = DEFAULT_PER_CATEGORY,
    null: Annotated[int, typer.Option(min=0, help="pictures of other objects for the null")] = DEFAULT_NULL,
    seed: Annotated[int, typer.Option(min=0)] = DEFAULT_SEED,
) -> None:
    """Draw the starter pictures of the 16 categories. Prints one JSON line; what is there is kept."""
    plan = plan_pictures(seed, per_category, null)
    with Steps("starter pictures", len(plan)) as steps:
        written = make_starter(out, emoji, plan, steps.advance)
    typer.echo(json.dumps({"stimuli": len(plan) - null, "null": null, "written": written}))
