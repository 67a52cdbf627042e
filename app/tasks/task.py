"""What a task is: what participants are asked to do with a stimulus, and all that follows from it; pure.

A task has a folder here and one in `static/participant/tasks`, both named by its kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from app.stimuli.medium import Medium
from app.tasks.codebook import Column
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.record import TrialRecord


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A published way of running a task. Each task adds what it can be told, durations for instance in ms.

    `summary` stands on the form of consent; `instructions` are the paragraphs of the first page: both are
    keys of the languages' catalogues (`app.core.languages`). `course` are the steps of a session in order,
    each as a study file would give it (`app.steps`). `practice_trials` are as published, 0 where that is not
    known. `counted` is the key of what trials are called on the form of consent.
    """

    summary: str
    instructions: str
    course: tuple[str | Mapping[str, Any], ...]
    practice_trials: int = 0
    counted: str = "landing-pictures"

    @property
    def ends_unanswered(self) -> bool:
        """Whether a trial can end without an answer, which is stored as "na" then."""
        return False

    @property
    def durations(self) -> Mapping[str, tuple[int, int]]:
        """The fields that a study file may override, each with its least and largest value in ms."""
        return {}

    @property
    def angles(self) -> Mapping[str, tuple[float, float]]:
        """The same for angles, in degrees of visual angle."""
        return {}

    @property
    def needs(self) -> Mapping[str, str]:
        """Kinds of steps without which the trials cannot be shown, each with the field that needs it."""
        return {}


class Told(BaseModel):
    """What a page is told of a task; `kind` names its folder in `static/participant/tasks`."""

    model_config = ConfigDict(frozen=True)

    kind: str


class Task(Protocol):
    """A task, as the rest of the program knows it.

    - `medium` is what it presents: a study's bundles hold stimuli of this medium.
    - `presets` are by the name that a study file gives.
    - `record` is the model of what the page measured in one trial, and `columns` are the codebook's rows of
      it: names are those of the model's fields (`app.tasks.reading.flat`).
    - `has_vocabulary`: the study file may say which words can be answered; answers are then words, and errors
      may be their phonological neighbours.
    - `adaptive`: what is shown follows from the answers before; the study measures thresholds, not
      recognition.
    """

    @property
    def kind(self) -> str: ...
    @property
    def medium(self) -> Medium: ...
    @property
    def presets(self) -> Mapping[str, Preset]: ...
    @property
    def record(self) -> type[TrialRecord]: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...
    @property
    def has_vocabulary(self) -> bool: ...
    @property
    def adaptive(self) -> bool: ...

    def on_time(self, record: Any) -> bool | None:
        """Whether the stimulus was presented as asked, by the trial's record; None if not measured."""

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        """What can be answered, where `names` are the study's words or the categories of its bundles."""

    def right_answer(self, category: str, condition: str) -> str:
        """The one of the choices that is right for a stimulus.

        `condition` is "natural", or the layer that the metamer matches. An answer is right if it is the same
        name (`synthesis.common.names.same_name`).
        """

    def catch_picture(self, category: str, size_px: int) -> bytes | None:
        """A PNG of that side that a catch trial shows for one of the choices; None if the task has none."""

    def told(self, preset: Any, choices: Sequence[str], code: str) -> Told:
        """What a page is told: `choices` can be answered, `code` is that of the study's link."""

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        """What a page is told of one trial beside the address of its stimulus; it is the same for all
        conditions and categories."""

    def least_ms(self, preset: Any, phase: str, stimulus_ms: float) -> float:
        """How long (ms) a trial lasts at least until it can be answered.

        `stimulus_ms` is the length of a stimulus that has one of its own, else 0.
        """

    def simulate(
        self, observer: SimulatedObserver, trial: "SimulatedTrial", told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        """What a simulated participant sends that was `told` this (as JSON) of the task."""

    def sentence(self, preset: Any, choices: int) -> str:
        """What a Methods section says of one trial; `choices` is the number of possible answers."""

    def practice_note(self, preset: Any) -> str:
        """How practice trials differ, for the same section; empty if they do not."""


@dataclass(frozen=True)
class SimulatedTrial:
    """One trial as a simulated participant meets it: the truth about the stimulus, and its bytes."""

    condition: str
    category: str
    phase: str
    stimulus: bytes
