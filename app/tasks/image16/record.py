"""The record of one trial with a picture: how it was really shown, by the frames of the screen; pure."""

from typing import Annotated

from pydantic import Field

from app.tasks.codebook import Column
from app.tasks.record import Count, Duration, Measured, Moment, TrialRecord

# Screens redraw 10 to 500 times a second.
FramePeriod = Annotated[float, Field(ge=2, le=100)]
# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5


class Flips(Measured):
    """When each phase reached the screen, counted from the start of the trial."""

    fixation: Moment | None = None
    image: Moment | None = None
    mask: Moment | None = None
    response: Moment | None = None


class PictureRecord(TrialRecord):
    """How a picture was shown, by the frames of the screen."""

    requested_image_ms: Duration | None = None
    image_frames: Count | None = None
    frame_ms: FramePeriod | None = None
    flips_ms: Annotated[Flips, Field(strict=False)] = Flips()
    achieved_image_ms: Duration | None = None
    dropped_frames: Count | None = None


COLUMNS = (
    Column("requested_image_ms", "number", "ms", "duration of the picture that the study asks for"),
    Column("image_frames", "integer", "frames", "frames that the picture was meant to be shown"),
    Column("achieved_image_ms", "number", "ms", "duration of the picture between the screen's flips"),
    Column("frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
    Column("dropped_frames", "integer", "frames", "frames that came late during the trial"),
)


def on_time(record: PictureRecord) -> bool | None:
    """The achieved and the requested duration differ by at most one frame; None if not measured."""
    achieved_ms, requested_ms = record.achieved_image_ms, record.requested_image_ms
    if achieved_ms is None or requested_ms is None or record.frame_ms is None:
        return None
    off_ms = abs(achieved_ms - requested_ms)
    return off_ms <= record.frame_ms + CLOCK_ROUNDING_MS
