"""What a step is, and what each kind of step has to tell of itself; pure."""

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from app.stimuli.medium import Kind as MediumKind
from app.tasks.codebook import Column
from app.tasks.record import Duration, TrialRecord
from app.tasks.task import Task

Phase = Literal["practice", "main"]
MEDIAN_SHOWN_MS = 8000.0  # of a simulated page
SHOWN_LOG_SD = 0.5


class StepParameters(BaseModel):
    """What a study file may say of a step. Each kind that takes any has a model of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str


class StepRecord(TrialRecord):
    """The result of a page: `shown_ms` is from its appearance to the press that ended it."""

    shown_ms: Duration | None = None


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
    """What a step may say of its study: `practice` and `main` are numbers of trials."""

    task: Task
    instructions: tuple[str, ...]
    practice: int
    main: int


class StepKind(Protocol):
    """A kind of step. The page shows it by `static/participant/steps/NAME.js`.

    `holds` names the trials of the plan that are its content; their answers are its result then, and the
    task simulates and describes them. `of_practice` kinds have no place in a study without practice trials;
    `medium` is the only one that the kind is for, if there is one.

    A kind that decides how a session goes on (a check that must be passed) will do so by one more method,
    from its parameters and its result; `app.sessions.steps.store` is where it will be asked.
    """

    @property
    def name(self) -> str: ...
    @property
    def holds(self) -> Phase | None: ...
    @property
    def of_practice(self) -> bool: ...
    @property
    def medium(self) -> MediumKind | None: ...
    @property
    def parameters(self) -> type[StepParameters]: ...

    @property
    def result(self) -> type[StepRecord] | None:
        """The model of its result; None if it holds trials."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What its result has beside what all pages have: names are those of the model's fields."""

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """What the page is told, as JSON."""

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        """The result that a page would send that was `told` this; nothing if it holds trials."""

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        """What a Methods section says of it."""


class Page:
    """What kinds without trials share: a text that is read, and a press that goes on."""

    holds: Phase | None = None
    of_practice = False
    medium: MediumKind | None = None
    parameters: type[StepParameters] = StepParameters
    result: type[StepRecord] | None = StepRecord
    columns: tuple[Column, ...] = ()

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        return {}

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        shown_ms = float(random.lognormal(math.log(MEDIAN_SHOWN_MS), SHOWN_LOG_SD))
        return {"shown_ms": round(shown_ms, 1), "focus_losses": 0, "hidden": False}


class Trials:
    """What kinds that hold trials share."""

    of_practice = False
    medium: MediumKind | None = None
    parameters: type[StepParameters] = StepParameters
    result: type[StepRecord] | None = None
    columns: tuple[Column, ...] = ()

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        return {}

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        return {}
