"""Moments in words."""

from datetime import UTC, datetime

NEVER = "never"


def minute(moment: datetime | None) -> str:
    """A moment to the minute, in UTC, which it says."""
    return NEVER if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
