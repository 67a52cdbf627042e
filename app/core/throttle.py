"""So much in so long, for each of many keys; pure, and the clock is an argument. One store per process."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

KEYS = 10_000  # bound on memory; the key whose time began longest ago is forgotten first


@dataclass(frozen=True)
class Limit:
    """At most `count` in `seconds`, counted from the first."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """The limit that is written as COUNT/SECONDS, such as 120/600. Raises `ValueError`."""
        found = re.fullmatch(r"(\d{1,9})/(\d{1,9}(?:\.\d{1,3})?)", text.strip())
        limit = cls(int(found[1]), float(found[2])) if found else cls(0, 0)
        if limit.count < 1 or limit.seconds <= 0:
            raise ValueError(f"{text!r} is not a limit; write COUNT/SECONDS, such as 120/600")
        return limit


class Throttle:
    """Counts per key. A key's time begins with its first count and ends after the limit's seconds."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._span = timedelta(seconds=limit.seconds)
        self._counts: dict[str, tuple[datetime, int]] = {}  # in the order in which the keys' times began

    def wait_s(self, key: str, now: datetime) -> float:
        """Seconds until the key may go on; 0 if it may now."""
        began, count = self._counts.get(key, (now, 0))
        left = (began + self._span - now).total_seconds()
        return max(left, 0.0) if count >= self.limit.count else 0.0

    def count(self, key: str, now: datetime) -> None:
        began, count = self._counts.get(key, (now, 0))
        if now - began >= self._span:
            began, count = now, 0
        if count == 0:
            self._counts.pop(key, None)
        self._counts[key] = (began, count + 1)
        if len(self._counts) > KEYS:
            del self._counts[next(iter(self._counts))]

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)
