"""`python -m synthesis starter-words`: write the starter clips of the word experiment."""

import json
from pathlib import Path
from typing import Annotated

import typer

from synthesis.process.progress import Steps
from synthesis.starter.words import DEFAULT_NULL, DEFAULT_WORDS, make_words, plan_clips


def starter_words(
    out: Annotated[Path, typer.Option(help="folder to write: stimuli/WORD/*.wav and null/*.wav")],
    words: Annotated[int, typer.Option(min=1, help="words to be recognised")] = DEFAULT_WORDS,
    null: Annotated[int, typer.Option(min=0, help="clips of other words for the null")] = DEFAULT_NULL,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Speak the starter clips. Prints one JSON line; what is there is kept."""
    plan = plan_clips(seed, words, null)
    with Steps("starter clips", len(plan)) as steps:
        written = make_words(out, plan, steps)
    typer.echo(json.dumps({"stimuli": words, "null": null, "written": written}))
