"""How long pictures take to be made, and whether that is quick enough for people who wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.core.randomness import generator
from app.live_pictures import queries, service

PICTURES = 20
LIMIT_S = 4.0  # of the 95th percentile; a page waits for 6 s
VALID = timedelta(hours=1)


@dataclass(frozen=True)
class Wanted:
    """A picture that a study can ask for."""

    original_id: int
    dimension: str
    step: int
    target: float

    @property
    def key(self) -> tuple[int, str, int]:
        return self.original_id, self.dimension, self.step


@dataclass(frozen=True)
class Standing:
    """How far the pictures that are measured have come; `failed` holds why some were given up."""

    number: int
    begun: int
    seconds: tuple[float, ...]
    failed: tuple[str, ...]

    @property
    def ended(self) -> int:
        return len(self.seconds) + len(self.failed)


async def ask_some(
    session: AsyncSession, bundle_id: int, wanted: Sequence[Wanted], now: datetime
) -> list[int]:
    """Ask for `PICTURES` of those that nobody has asked for yet; the ids of the requests."""
    known = await queries.asked_for(session, bundle_id)
    fresh = [one for one in wanted if one.key not in known]
    order = generator(len(known), "pictures to measure").permutation(len(fresh))[:PICTURES]
    asked = []
    for one in (fresh[number] for number in order):
        request = await service.ask(
            session, bundle_id, one.original_id, one.dimension, one.step, one.target, now
        )
        asked.append(request.id)
    return asked


async def standing(session: AsyncSession, ids: Sequence[int]) -> Standing:
    rows = await queries.by_ids(session, ids)
    return Standing(
        number=len(ids),
        begun=sum(one.attempts > 0 for one in rows),
        seconds=tuple(one.seconds for one in rows if one.state == "done" and one.seconds is not None),
        failed=tuple(one.error or "" for one in rows if one.state == "failed"),
    )


async def require_quick(
    session: AsyncSession, bundle_id: int, wanted: Sequence[Wanted], study: str, now: datetime
) -> None:
    """Raises `Conflict` unless the last pictures, of this hour, were made quickly enough.

    Where every picture was asked for already there is nothing left to measure.
    """
    known = await queries.asked_for(session, bundle_id)
    if all(one.key in known for one in wanted):
        return
    rows = await queries.latest(session, bundle_id, now - VALID, PICTURES)
    if len(rows) < PICTURES:
        raise Conflict(
            "not_measured",
            f"the study {study!r} shows pictures that are made meanwhile, and in the last hour nobody "
            "measured how long that takes; start `metamerlab generator`, then say `metamerlab study open "
            f"{study}`",
        )
    require_within_limit([float("inf") if seconds is None else seconds for _, seconds in rows])


def require_within_limit(seconds: Sequence[float]) -> None:
    """Raises `Conflict` with the figure if the 95th percentile is beyond the limit."""
    found = percentile_95(seconds)
    if found > LIMIT_S:
        figure = f"take {found:.1f} s" if np.isfinite(found) else "are not made at all"
        raise Conflict(
            "too_slow",
            f"pictures {figure} (95th percentile of {len(seconds)}), and people wait for {LIMIT_S:g} s at "
            "most; take an earlier layer or a smaller network, run the generator on a quicker machine, or "
            "say source: grid",
        )


def percentile_95(seconds: Sequence[float]) -> float:
    """The smallest of them that 95 % do not exceed."""
    return float(np.percentile(np.asarray(seconds), 95, method="inverted_cdf"))
