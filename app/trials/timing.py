"""What a page's timing record says of a trial; pure."""

from app.trials.schemas import Timing

# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5


def on_time(timing: Timing) -> bool | None:
    """The picture's achieved and requested duration differ by at most one frame; None if not measured."""
    if timing.achieved_image_ms is None or timing.frame_ms is None:
        return None
    off_ms = abs(timing.achieved_image_ms - timing.requested_image_ms)
    return off_ms <= timing.frame_ms + CLOCK_ROUNDING_MS


def attended(timing: Timing) -> bool | None:
    """The page kept the focus and was never hidden during the trial; None if neither was measured."""
    if timing.focus_losses is None and timing.hidden is None:
        return None
    return not (timing.focus_losses or timing.hidden)
