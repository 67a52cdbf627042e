"""What a page's record says of a trial; pure."""

from app.tasks.records import AnyRecord, PictureRecord, SoundRecord, TrialRecord

# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5


def on_time(record: AnyRecord) -> bool | None:
    """Whether the stimulus was presented as asked; None if not measured."""
    return _sound_on_time(record) if isinstance(record, SoundRecord) else _picture_on_time(record)


def _picture_on_time(record: PictureRecord) -> bool | None:
    """The achieved and the requested duration differ by at most one frame."""
    achieved_ms, requested_ms = record.achieved_image_ms, record.requested_image_ms
    if achieved_ms is None or requested_ms is None or record.frame_ms is None:
        return None
    off_ms = abs(achieved_ms - requested_ms)
    return off_ms <= record.frame_ms + CLOCK_ROUNDING_MS


def _sound_on_time(record: SoundRecord) -> bool | None:
    """The context ran from before the scheduled onset to the sound's end."""
    if record.context_state is None or record.late_ms is None or record.interruptions is None:
        return None
    return record.context_state == "running" and not record.late_ms and not record.interruptions


def attended(record: TrialRecord) -> bool | None:
    """The page kept the focus and was never hidden during the trial; None if neither was measured."""
    if record.focus_losses is None and record.hidden is None:
        return None
    return not (record.focus_losses or record.hidden)
