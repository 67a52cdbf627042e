"""The main trials, cut into blocks by breaks; pure."""

from itertools import pairwise
from typing import Literal

from pydantic import Field

from app.steps.step import Phase, Setting, StepParameters, Trials


class TrialsParameters(StepParameters):
    """`breaks` is how many there are at most: fewer if less than `trials_between` would lie between two."""

    kind: Literal["trials"] = "trials"
    breaks: int = Field(default=3, ge=0, le=100)
    trials_between: int = Field(default=20, ge=1, le=100_000)


class MainTrials(Trials):
    name = "trials"
    holds: Phase | None = "main"
    parameters = TrialsParameters

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        assert isinstance(parameters, TrialsParameters)
        blocks = number_of_blocks(setting.main, parameters)
        if blocks == 1:
            return "The main trials came in one block."
        return f"The main trials came in {blocks} blocks of about the same length, with breaks between them."


def number_of_blocks(main: int, parameters: TrialsParameters) -> int:
    return max(1, min(parameters.breaks + 1, main // parameters.trials_between))


def blocks_of(trials: range, parameters: TrialsParameters) -> list[range]:
    """The trials in blocks that differ in length by at most one trial."""
    blocks = number_of_blocks(len(trials), parameters)
    cuts = [trials.start + round(len(trials) * part / blocks) for part in range(blocks + 1)]
    return [range(start, stop) for start, stop in pairwise(cuts)]
