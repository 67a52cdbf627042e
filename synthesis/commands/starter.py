"""`python -m synthesis starter`: write the starter pictures."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result
from synthesis.starter.defaults import EMOJI, NULL_STIMULI, PER_CATEGORY, SEED


def starter(
    out: Annotated[Path, typer.Option(help="Folder to write: stimuli/CATEGORY/*.png and null/*.png.")],
    emoji: Annotated[Path, typer.Option(help="Folder of the 3-D emoji's WebP files.")] = EMOJI,
    per_category: Annotated[
        int, typer.Option(min=1, help="Stimuli of each category, at most.")
    ] = PER_CATEGORY,
    null: Annotated[int, typer.Option(min=0, help="Pictures of other objects for the null.")] = NULL_STIMULI,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn at random.")] = SEED,
) -> None:
    """Draw the starter pictures of the 16 categories. Prints one JSON line; what is there is kept."""
    from synthesis.process.progress import Steps
    from synthesis.starter.make import make_starter, plan_pictures

    plan = plan_pictures(seed, per_category, null)
    with Steps("starter pictures", len(plan)) as steps:
        written = make_starter(out, emoji, plan, steps.advance)
    print_result(stimuli=len(plan) - null, null=null, written=written)
