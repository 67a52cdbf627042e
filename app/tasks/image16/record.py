"""The record of one trial with a picture: how it was really shown, by the frames of the screen; pure."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from app.core.text import cleaned
from app.tasks.codebook import Column
from app.tasks.record import Count, Duration, FramePeriod, Measured, Moment, TrialRecord

MOST_CLICKS = 50  # the page keeps no more
# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5


class Flips(Measured):
    """When each phase reached the screen, counted from the start of the trial."""

    fixation: Moment | None = None
    image: Moment | None = None
    mask: Moment | None = None
    response: Moment | None = None


class Click(Measured):
    """A choice of an icon, `ms` after the onset of the grid; the last one of a trial is its answer."""

    name: Annotated[str, Field(max_length=64), AfterValidator(cleaned)]
    ms: Duration


Clicks = Annotated[list[Annotated[Click, Field(strict=False)]], Field(max_length=MOST_CLICKS)]


class PictureRecord(TrialRecord):
    """How a picture was shown, by the frames of the screen, and what was clicked.

    `requested_response_ms` and `achieved_response_ms` are of a fixed interval for the answer; they are null
    where there is no time limit. `dropped_frames` are counted to the end of that interval, else to the grid.
    """

    requested_image_ms: Duration | None = None
    image_frames: Count | None = None
    frame_ms: FramePeriod | None = None
    flips_ms: Annotated[Flips, Field(strict=False)] = Flips()
    achieved_image_ms: Duration | None = None
    dropped_frames: Count | None = None
    requested_response_ms: Duration | None = None
    achieved_response_ms: Duration | None = None
    clicks: Clicks | None = None

    def derived(self) -> dict[str, Any]:
        """Of the clicks their number, and which was the first and when."""
        first = self.clicks[0] if self.clicks else None
        return {
            "click_count": None if self.clicks is None else len(self.clicks),
            "first_click": first and first.name,
            "first_click_ms": first and first.ms,
        }


COLUMNS = (
    Column("requested_image_ms", "number", "ms", "duration of the picture that the study asks for"),
    Column("image_frames", "integer", "frames", "frames that the picture was meant to be shown"),
    Column("achieved_image_ms", "number", "ms", "duration of the picture between the screen's flips"),
    Column("frame_ms", "number", "ms", "period of the participant's screen, as measured by the page"),
    Column("dropped_frames", "integer", "frames", "frames that came late during the trial"),
    Column("requested_response_ms", "number", "ms", "fixed interval for the answer; empty without one"),
    Column("achieved_response_ms", "number", "ms", "the same between the screen's flips"),
    Column("click_count", "integer", "", "icons clicked in the trial; the last click is the answer"),
    Column("first_click", "text", "", "the icon that was clicked first"),
    Column("first_click_ms", "number", "ms", "from the onset of the response screen to the first click"),
)


def on_time(record: PictureRecord) -> bool | None:
    """The achieved and the requested duration differ by at most one frame; None if not measured."""
    achieved_ms, requested_ms = record.achieved_image_ms, record.requested_image_ms
    if achieved_ms is None or requested_ms is None or record.frame_ms is None:
        return None
    off_ms = abs(achieved_ms - requested_ms)
    return off_ms <= record.frame_ms + CLOCK_ROUNDING_MS
