"""What a page's record of one trial holds: how the stimulus was really presented. All times are in ms; pure.

A record is read in one way wherever it comes from: sent by a page, or stored by this or an earlier release.
What was not measured, or cannot be, is null. Nothing that a record holds is a reason to refuse an answer, or
to fail at one.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

DAY_MS = 24 * 3600 * 1000

# A computer may fall asleep in the middle of a trial, but nobody sits at one for a day.
Duration = Annotated[float, Field(ge=0, le=DAY_MS)]
# Counted from the start of the trial; browsers that hide their clocks round them to 100 ms.
Moment = Annotated[float, Field(ge=-100, le=DAY_MS)]
# Screens redraw 10 to 500 times a second.
FramePeriod = Annotated[float, Field(ge=2, le=100)]
# Of frames, keys, interruptions: nobody presses a key a million times in one trial.
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Measured(BaseModel):
    """Measurements are taken strictly: true is no number, nor is "1.0", nor infinity."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, frozen=True, extra="forbid")


class TrialRecord(Measured):
    """Of any trial: whether the participant was there, and what the page adds of its own (`further`)."""

    focus_losses: Count | None = None
    hidden: bool | None = None
    further: dict[str, Any] = {}

    def derived(self) -> dict[str, Any]:
        """What tables tell of the record beside its fields, by name."""
        return {}


def attended(record: TrialRecord) -> bool | None:
    """The page kept the focus and was never hidden during the trial; None if neither was measured."""
    if record.focus_losses is None and record.hidden is None:
        return None
    return not (record.focus_losses or record.hidden)
