"""How long a session takes and what a study costs, before anybody took part."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.drafts.schemas import Offer
from app.experiments.checking import CheckedStudy
from app.experiments.recruiting import in_units
from app.experiments.schemas import StudyDefinition
from app.steps.registry import KINDS

# What an estimate assumes of people.
ANSWER_S = 1.2  # to choose among categories, and to go on to the next trial
WORD_S = 4.0  # to type a word
PAGE_S = 20.0  # to read a page


@dataclass(frozen=True)
class Duration:
    """`minutes` of a whole session; `trial_s` of one trial, `assumed` in words."""

    minutes: float
    trial_s: float
    assumed: str


@dataclass(frozen=True)
class Cost:
    """Rewards of all places, in words. `problem` says why they cannot be paid, if they cannot."""

    places: int
    each: str
    total: str
    hourly: str
    budget: str
    problem: str


def duration(study: CheckedStudy, offered: Sequence[Offer]) -> Duration:
    definition = study.definition
    longest_ms = max((one.duration_ms or 0.0 for one in offered), default=0.0)
    stimulus_ms = longest_ms if definition.task.medium.lasts else 0.0
    answer_s = WORD_S if definition.task.has_vocabulary else ANSWER_S
    trial_s = definition.task.least_ms(definition.parameters, "main", stimulus_ms) / 1000 + answer_s
    pages = sum(KINDS[step.kind].holds is None for step in definition.course)
    return Duration(
        minutes=(study.design.trials * trial_s + pages * PAGE_S) / 60,
        trial_s=trial_s,
        assumed=f"{answer_s:g} s for an answer, {PAGE_S:g} s for a page",
    )


def cost(definition: StudyDefinition, minutes: float) -> Cost | None:
    """Of the rewards alone, without fees; None if the study pays nothing."""
    paid = definition.recruitment
    if paid is None or not paid.reward_minor:
        return None
    places = paid.places or definition.participants
    total = places * paid.reward_minor
    short = total - paid.budget_minor
    problem = ""
    if short > 0:
        problem = (
            f"The rewards of {places} places are {in_units(short, paid.currency)} more than the budget; "
            "raise the budget or take fewer places, or recruitment will be refused."
        )
    return Cost(
        places=places,
        each=in_units(paid.reward_minor, paid.currency),
        total=in_units(total, paid.currency),
        hourly=in_units(round(paid.reward_minor * 60 / minutes), paid.currency),
        budget=in_units(paid.budget_minor, paid.currency),
        problem=problem,
    )
