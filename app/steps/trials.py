"""The main trials, cut into blocks by breaks; pure."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.steps.step import Phase, Setting, StepParameters, Trials


def _ascending(places: tuple[int, ...]) -> tuple[int, ...]:
    if any(place < 1 for place in places) or list(places) != sorted(set(places)):
        raise ValueError("give numbers of trials from 1 on, ascending, each once")
    return places


class TrialsParameters(StepParameters):
    """`breaks` is how many there are at most: fewer if less than `trials_between` would lie between two.

    `break_after` states the numbers of the trials, from 1, that breaks follow; `breaks` does not count then.

    `catch` trials are spread evenly among the main ones: everybody who follows the task is right in them.
    With pictures, the response icons themselves are shown. With sounds, they are clear single words:
    `catch_sounds` is a folder of WAV files, each named by its word or in a folder of that name.
    """

    kind: Literal["trials"] = "trials"
    breaks: int = Field(default=3, ge=0, le=100)
    trials_between: int = Field(default=20, ge=1, le=100_000)
    break_after: Annotated[tuple[int, ...], Field(max_length=100), AfterValidator(_ascending)] = ()
    catch: int = Field(default=0, ge=0, le=1000)
    catch_sounds: str | None = Field(default=None, min_length=1, max_length=1000)


class MainTrials(Trials):
    name = "trials"
    holds: Phase | None = "main"
    parameters = TrialsParameters

    def sentence(self, parameters: TrialsParameters, setting: Setting) -> str:
        blocks = number_of_blocks(setting.parts.main, parameters)
        text = "The main trials came in one block."
        if blocks > 1:
            lengths = "" if parameters.break_after else " of about the same length"
            text = f"The main trials came in {blocks} blocks{lengths}, with breaks between them."
        if parameters.catch:
            shown = "single clear words" if setting.task.medium.lasts else "the response icons themselves"
            text += f" Among them, evenly spread, were {parameters.catch} catch trials with {shown}."
        return text


def number_of_blocks(main: int, parameters: TrialsParameters) -> int:
    if parameters.break_after:
        return len(blocks_of(range(main), parameters))
    return max(1, min(parameters.breaks + 1, main // parameters.trials_between))


def blocks_of(trials: range, parameters: TrialsParameters) -> list[range]:
    """The trials in blocks: as stated, or so that they differ in length by at most one trial."""
    if parameters.break_after:
        stated = [trials.start + place for place in parameters.break_after if place < len(trials)]
        return [range(start, stop) for start, stop in pairwise([trials.start, *stated, trials.stop])]
    blocks = number_of_blocks(len(trials), parameters)
    cuts = [trials.start + round(len(trials) * part / blocks) for part in range(blocks + 1)]
    return [range(start, stop) for start, stop in pairwise(cuts)]
