"""The server's clock. Services take the moment as an argument, so that tests choose it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
