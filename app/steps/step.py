"""What a step is, and what each kind of step has to tell of itself; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from app.stimuli.medium import Kind as MediumKind
from app.tasks.codebook import Column
from app.tasks.record import Duration, TrialRecord
from app.tasks.task import Task

# The parts of a plan in the order in which they come. Catch trials lie among the main ones.
Phase = Literal["practice", "gate", "main"]
PHASES: tuple[Phase, ...] = ("practice", "gate", "main")
MEDIAN_SHOWN_MS = 8000.0  # of a simulated page
SHOWN_LOG_SD = 0.5


class StepParameters(BaseModel):
    """What a study file may say of a step. Each kind that takes any has a model of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str

    def for_medium(self, medium: MediumKind) -> "StepParameters":
        """The same with what was left to the medium of the study's stimuli."""
        return self


class StepRecord(TrialRecord):
    """The result of a page: `shown_ms` is from its appearance to the press that ended it."""

    shown_ms: Duration | None = None


@dataclass(frozen=True)
class Parts:
    """How many trials of a plan are for practice, how many for the gate, and how many there are in all."""

    practice: int
    gate: int
    total: int

    @property
    def main(self) -> int:
        """Main trials, catch trials among them."""
        return self.total - self.practice - self.gate

    def trials_of(self, phase: Phase) -> range:
        """The indices of a part's trials."""
        before_main = self.practice + self.gate
        ranges = {
            "practice": range(self.practice),
            "gate": range(self.practice, before_main),
            "main": range(before_main, self.total),
        }
        return ranges[phase]


@dataclass(frozen=True)
class Step:
    """One step of a course.

    `trials` are those of the plan that it holds, none for a page; `before` is how many trials of the plan
    come before it.
    """

    position: int
    parameters: StepParameters
    before: int
    trials: range = range(0)

    @property
    def kind(self) -> str:
        return self.parameters.kind


@dataclass(frozen=True)
class Setting:
    """What a step may say of its study. `consent` is the text that people agree to.

    `instructions` are the study's own paragraphs. Without them, `instructions_key` is that of the preset's
    text in the languages' catalogues. `kinds` are those of the session's steps.
    """

    task: Task
    instructions: tuple[str, ...]
    parts: Parts
    consent: str = ""
    instructions_key: str = ""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StepFile:
    """What a step gives its page to play or to show, made by the server so that the page knows no answer."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Judgement:
    """What the server makes of a step: the record that is stored, and how the session ends by it.

    `outcome` is one of the kind's `outcomes`, None if the session goes on.
    """

    record: StepRecord
    outcome: str | None = None


class StepKind(Protocol):
    """A kind of step. The page shows it by `static/participant/steps/NAME.js`.

    `holds` names the trials of the plan that are its content; their answers are its result then, and the
    task simulates and describes them. `of_practice` kinds have no place in a study without practice trials;
    `medium` is the only one that the kind is for, if there is one. What is `at_entry` is done on the page by
    which people enter, and stored there; what is `after_main` comes behind the main trials. `outcomes` are
    the ways in which a session can end by this step; a result that is `for_trials` says how they are to be
    shown. Of such steps, the page is told of none after them before they are done.

    `secret` is a generator that is always the same for one participant and step, and that nobody can guess:
    what the page must not know is drawn with it.
    """

    @property
    def name(self) -> str: ...
    @property
    def holds(self) -> Phase | None: ...
    @property
    def of_practice(self) -> bool: ...
    @property
    def at_entry(self) -> bool: ...
    @property
    def after_main(self) -> bool: ...
    @property
    def for_trials(self) -> bool: ...
    @property
    def medium(self) -> MediumKind | None: ...
    @property
    def parameters(self) -> type[StepParameters]: ...
    @property
    def outcomes(self) -> Mapping[str, str]:
        """How a session can end by this step, each with what a flow chart says of it."""

    @property
    def result(self) -> type[StepRecord] | None:
        """The model of its result; None if it holds trials."""

    @property
    def private(self) -> frozenset[str]:
        """Fields of its result that the server makes, and tells to no page."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What its result has beside what all pages have: names are those of the model's fields."""

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """What the page is told, as JSON."""

    def problems(self, parameters: Any, given: Any) -> dict[str, str]:
        """What is wrong with answers that a person gave, by their names: such a result is refused.

        What was measured is never wrong.
        """

    def judged(self, parameters: Any, record: Any, secret: np.random.Generator) -> Judgement:
        """The result as it is stored, with what only the server knows."""

    def outcome_of_trials(self, parameters: Any, right: int) -> str | None:
        """How the session ends by its trials, of which so many were answered right; None if it goes on."""

    def file(self, parameters: Any, number: int, secret: np.random.Generator) -> StepFile | None:
        """What the page gets under a number from 0; None if there is nothing."""

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        """The result that a page would send that was `told` this; nothing if it holds trials."""

    def solved(
        self, parameters: Any, result: dict[str, Any], secret: np.random.Generator, *, passes: bool
    ) -> dict[str, Any]:
        """A simulated result with the answers of one who passes this check, or fails it."""

    def sentence(self, parameters: Any, setting: Setting) -> str:
        """What a Methods section says of it."""


class _AnyStep:
    """What most kinds share."""

    of_practice = False
    at_entry = False
    after_main = False
    for_trials = False
    medium: MediumKind | None = None
    parameters: type[StepParameters] = StepParameters
    outcomes: Mapping[str, str] = {}
    private: frozenset[str] = frozenset()
    columns: tuple[Column, ...] = ()

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        return {}

    def problems(self, parameters: Any, given: Any) -> dict[str, str]:
        return {}

    def judged(self, parameters: Any, record: Any, secret: np.random.Generator) -> Judgement:
        return Judgement(record)

    def outcome_of_trials(self, parameters: Any, right: int) -> str | None:
        return None

    def file(self, parameters: Any, number: int, secret: np.random.Generator) -> StepFile | None:
        return None

    def solved(
        self, parameters: Any, result: dict[str, Any], secret: np.random.Generator, *, passes: bool
    ) -> dict[str, Any]:
        return result


class Page(_AnyStep):
    """What kinds without trials share: a text that is read, and a press that goes on."""

    holds: Phase | None = None
    result: type[StepRecord] | None = StepRecord

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        shown_ms = float(random.lognormal(math.log(MEDIAN_SHOWN_MS), SHOWN_LOG_SD))
        return {"shown_ms": round(shown_ms, 1), "focus_losses": 0, "hidden": False}


class Trials(_AnyStep):
    """What kinds that hold trials share."""

    result: type[StepRecord] | None = None

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        return {}
