"""Slowing down whoever guesses tokens: so many failures per address, then a pause. Pure; one per process."""

from collections import deque
from datetime import datetime, timedelta

FAILURES = 10
WINDOW = timedelta(minutes=15)
ADDRESSES = 10_000  # bound on memory; the address that failed longest ago is forgotten first


class FailureThrottle:
    """Counts failures per address over a sliding window."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[datetime]] = {}

    def blocked(self, address: str, now: datetime) -> bool:
        """True if the address has used up its failures."""
        recent = self._failures.get(address)
        return recent is not None and len(recent) == FAILURES and now - recent[0] < WINDOW

    def failed(self, address: str, now: datetime) -> None:
        recent = self._failures.pop(address, deque(maxlen=FAILURES))
        recent.append(now)
        self._failures[address] = recent
        if len(self._failures) > ADDRESSES:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, address: str) -> None:
        self._failures.pop(address, None)
