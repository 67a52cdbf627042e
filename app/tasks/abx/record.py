"""The record of one ABX trial: how its pictures were really shown, by the frames of the screen; pure."""

from typing import Annotated, Literal

from pydantic import Field

from app.tasks.codebook import Column
from app.tasks.record import Count, Duration, FramePeriod, Measured, Moment, TrialRecord

# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5
Length = Annotated[float, Field(ge=0, le=100_000)]


class Flips(Measured):
    """When each phase reached the screen, counted from the start of the trial."""

    fixation: Moment | None = None
    a: Moment | None = None
    gap_1: Moment | None = None
    b: Moment | None = None
    gap_2: Moment | None = None
    x: Moment | None = None
    gap_3: Moment | None = None
    response: Moment | None = None


class AbxRecord(TrialRecord):
    """How A, B and X were shown, by the frames of the screen, and what the answer was pressed with.

    Lengths are in CSS px as shown: the side of a picture, and from the fixation cross to its middle.
    `px_per_degree` is what a degree of visual angle was taken to be, null where pictures were shown at their
    size in pixels. `scale` says what that rests on: a card that was held to the screen, or the inch that
    browsers assume. Nothing here says where anybody looked: `gaze_tracked` is always false.
    """

    requested_picture_ms: Duration | None = None
    picture_frames: Count | None = None
    frame_ms: FramePeriod | None = None
    flips_ms: Annotated[Flips, Field(strict=False)] = Flips()
    achieved_a_ms: Duration | None = None
    achieved_b_ms: Duration | None = None
    achieved_x_ms: Duration | None = None
    dropped_frames: Count | None = None
    shown_px: Length | None = None
    eccentricity_px: Length | None = None
    px_per_degree: Length | None = None
    scale: Literal["card", "assumed"] | None = None
    window_small: bool | None = None
    pressed: Literal["key", "mouse", "touch"] | None = None
    gaze_tracked: Literal[False] | None = None


COLUMNS = (
    Column("requested_picture_ms", "number", "ms", "duration of each picture that the study asks for"),
    Column("picture_frames", "integer", "frames", "frames that each picture was meant to be shown"),
    Column("achieved_a_ms", "number", "ms", "duration of the first picture between the screen's flips"),
    Column("achieved_b_ms", "number", "ms", "duration of the second picture between the screen's flips"),
    Column("achieved_x_ms", "number", "ms", "duration of the third picture between the screen's flips"),
    Column("frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
    Column("dropped_frames", "integer", "frames", "frames that came late during the trial"),
    Column("shown_px", "number", "CSS px", "side of a picture as it was shown"),
    Column("eccentricity_px", "number", "CSS px", "from the fixation cross to the middle of a picture"),
    Column("px_per_degree", "number", "CSS px/deg", "what a degree was taken to be; empty if not known"),
    Column("scale", "text", "", "card: the screen was measured; assumed: 96 px are an inch; or empty"),
    Column("window_small", "boolean", "", "the window was too small, so that all was shown smaller"),
    Column("pressed", "text", "", "key, mouse or touch"),
    Column("gaze_tracked", "boolean", "", "always False: nobody knows where the participant looked"),
)


def on_time(record: AbxRecord) -> bool | None:
    """Each of the three pictures was shown as long as asked, give or take one frame; None if not measured."""
    shown_ms = (record.achieved_a_ms, record.achieved_b_ms, record.achieved_x_ms)
    if record.requested_picture_ms is None or record.frame_ms is None:
        return None
    most_ms = record.frame_ms + CLOCK_ROUNDING_MS
    off_ms = [abs(one - record.requested_picture_ms) for one in shown_ms if one is not None]
    return all(one <= most_ms for one in off_ms) if len(off_ms) == len(shown_ms) else None
