"""The server's clock. Services take the moment as an argument, so that tests choose it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def utc_text(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, always of one length: 2026-01-31T09:30:00.250000Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
