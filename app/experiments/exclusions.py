"""Who and what the analysis leaves out, as a study declares it; frozen with the study when it opens; pure.

To add a rule: a field here, and its gate in `app.analysis.measures.exclusions`.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

Milliseconds = Annotated[FiniteFloat, Field(gt=0, le=3_600_000)]
Share = Annotated[FiniteFloat, Field(ge=0, lt=1)]


class TrialExclusions(BaseModel):
    """Single trials that are dropped: stimulus not presented on time, answer too quick or too slow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bad_timing: bool = False
    rt_below_ms: Milliseconds | None = None
    rt_above_ms: Milliseconds | None = None

    @model_validator(mode="after")
    def _some_remain(self) -> "TrialExclusions":
        if self.rt_below_ms and self.rt_above_ms and self.rt_below_ms >= self.rt_above_ms:
            raise ValueError("rt_below_ms must be less than rt_above_ms, or no trial is left")
        return self


class Exclusions(BaseModel):
    """Participants who are left out, by any of these, in this order; then single trials.

    Before all of them, those are left out whose session ended by a check that they failed, or who withdrew.

    All shares are of a participant's answered main trials, before single trials are dropped.

    - `unfinished`: did not finish the study.
    - `catch_right_below`: fewer of the catch trials were right.
    - `median_rt_below_ms`: more than half of the answers came sooner.
    - `bad_timing_above`: of the timed trials, a larger share was not presented on time: a picture more than a
      frame off, a sound late or interrupted.
    - `unattended_above`: in a larger share of trials the page lost the focus or was hidden.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unfinished: bool = True
    catch_right_below: Annotated[int, Field(ge=1, le=1000)] | None = None
    median_rt_below_ms: Milliseconds | None = None
    bad_timing_above: Share | None = None
    unattended_above: Share | None = None
    trials: TrialExclusions = TrialExclusions()
