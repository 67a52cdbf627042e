"""`python -m synthesis starter-words`: write the starter clips of the word experiment."""

from pathlib import Path
from typing import Annotated

import typer

from synthesis.commands.shared import print_result
from synthesis.starter.defaults import NULL_STIMULI, SEED, WORDS


def starter_words(
    out: Annotated[Path, typer.Option(help="Folder to write: stimuli/WORD/*.wav and null/*.wav.")],
    words: Annotated[int, typer.Option(min=1, help="Words to be recognised.")] = WORDS,
    null: Annotated[int, typer.Option(min=0, help="Clips of other words for the null.")] = NULL_STIMULI,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn at random.")] = SEED,
) -> None:
    """Speak the starter clips. Prints one JSON line; what is there is kept."""
    from synthesis.process.progress import Steps
    from synthesis.starter.words import make_words, plan_clips

    plan = plan_clips(seed, words, null)
    with Steps("starter clips", len(plan)) as steps:
        written = make_words(out, plan, steps)
    print_result(stimuli=words, null=null, written=written)
