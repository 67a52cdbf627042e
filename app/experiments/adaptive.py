"""The section `adaptive` of a study file: how levels are chosen from a participant's answers; pure."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from app.adaptive.registry import PROCEDURES, USUAL
from app.experiments.fields import Layers

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
