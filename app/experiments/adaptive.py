"""The section `adaptive` of a study file: how levels are chosen from a participant's answers; pure."""

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from app.adaptive.registry import PROCEDURES, USUAL
from app.adaptive.stopping import StoppingRule
from app.experiments.fields import Layers
from app.steps.registry import KINDS
from app.steps.step import StepParameters
from app.steps.trials import TrialsParameters
from app.tasks.task import Task

Source = Literal["grid", "live"]
ALL = "all"


def _known_procedure(name: object) -> object:
    if name not in PROCEDURES:
        raise ValueError(f"no procedure {name!r}; there are: {', '.join(PROCEDURES)}")
    return name


class Adaptive(BaseModel):
    """How a study measures thresholds.

    `dimensions` are ids of the bundle's dimensions, or "all"; the control is always among them if the bundle
    has it. Of these, a session has `dimensions_per_session`, all without it, given out evenly. Every one of
    them has `trials_per_dimension` trials. With `sd_octaves` the main part ends earlier: when the posterior
    of every threshold has at most this standard deviation, from `least_trials` of each on. `catch_share` of
    the trials are added at the largest level, to see who guesses. `source` says whether only levels of the
    bundle are shown, or pictures of any level between are made meanwhile.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    procedure: Annotated[str, BeforeValidator(_known_procedure)] = USUAL
    dimensions: Layers = [ALL]
    dimensions_per_session: Annotated[int, Field(ge=2, le=1000)] | None = None
    trials_per_dimension: int = Field(default=40, ge=1, le=1000)
    sd_octaves: Annotated[FiniteFloat, Field(gt=0, le=4)] | None = None
    least_trials: int = Field(default=16, ge=1, le=1000)
    catch_share: Annotated[FiniteFloat, Field(ge=0, le=0.5)] = 0.05
    source: Source = "grid"

    @model_validator(mode="after")
    def _least_before_most(self) -> "Adaptive":
        if self.sd_octaves is not None and self.least_trials > self.trials_per_dimension:
            raise ValueError("least_trials: give at most trials_per_dimension")
        return self

    @property
    def rule(self) -> StoppingRule:
        return StoppingRule(self.trials_per_dimension, self.sd_octaves, self.least_trials)


# What has no meaning where levels are chosen from answers, and what says it instead.
_OTHERWISE = {
    "layers": "adaptive.dimensions says what is shown",
    "stimuli": "such a study has one bundle of dimensions; write bundle: DIR",
    "trials": "adaptive.trials_per_dimension says how many there are",
    "trials_per_condition": "adaptive.trials_per_dimension says how many there are",
    "stop_when_sem": "adaptive.sd_octaves says when enough is measured",
}


def require_fitting(
    task: Task,
    adaptive: Adaptive | None,
    given: Collection[str],
    course: Sequence[StepParameters],
    preset: str,
) -> None:
    """Raises `ValueError` with one line if a study's fields do not fit a task whose levels are, or are not,
    chosen from answers. `given` are the fields that its file has.
    """
    if not task.adaptive:
        if adaptive is not None:
            raise ValueError(f"adaptive: the preset {preset} chooses no levels; leave it out")
        return
    for field, instead in _OTHERWISE.items():
        if field in given:
            raise ValueError(f"{field}: {instead}; leave {field} out")
    for step in course:
        if isinstance(step, TrialsParameters) and step.catch:
            raise ValueError(
                "steps, trials, catch: adaptive.catch_share says how many there are; leave it out"
            )
        if KINDS[step.kind].holds == "gate":
            raise ValueError(f"steps, {step.kind}: the preset {preset} has no trials for it; leave it out")
