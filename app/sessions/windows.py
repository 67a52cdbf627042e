"""The coming trials, as the page is told of them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import TooEarly
from app.participants.service import Visit
from app.sessions import queries
from app.sessions.abx import service as abx
from app.sessions.assets import service as assets
from app.sessions.schemas import TrialView, TrialWindow

# Of a plan's trials, as many ahead of the one that is due are told to the page: enough to preload.
REACH = 60


async def trial_window(session: AsyncSession, visit: Visit, start: int, count: int) -> TrialWindow:
    """Trials from index `start` on; fewer than `count` at the end of the plan.

    Raises `TooEarly` where some lie further ahead than `REACH` trials from the one that is due: a page that
    is so far ahead waits until its answers have arrived.
    """
    progress = await queries.progress(session, visit.participant.id)
    due, last = progress.next_index, min(start + count, progress.total) - 1
    if due is not None and last >= due + REACH:
        raise _too_early(due)
    return TrialWindow(trials=await _views(session, visit, start, count))


async def issued_window(
    session: AsyncSession, visit: Visit, start: int, count: int, now: datetime
) -> TrialWindow:
    """As `trial_window`, where levels are chosen from the answers: the trials are given out by this.

    There are no more than the one that is due and the one after it. A window that starts at a trial which
    the study's rule left out says so.
    """
    participant = visit.participant
    await abx.lock_course(session, participant.id)  # lest a trial is dropped while it is given out
    if await abx.is_dropped(session, participant.id, start):
        return TrialWindow(trials=[], dropped=True)
    due = (await queries.progress(session, participant.id)).next_index
    if due is not None:
        if start > due + abx.AHEAD:
            raise _too_early(due)
        count = min(count, due + abx.AHEAD + 1 - start)
    if participant.status == "active":
        await abx.issue(session, visit, start, count, now)
    return TrialWindow(trials=await _views(session, visit, start, count))


def _too_early(due: int) -> TooEarly:
    return TooEarly("too_early", f"Trial {due} has to be answered first.", next_index=due)


async def _views(session: AsyncSession, visit: Visit, start: int, count: int) -> list[TrialView]:
    task, code = visit.definition.task, visit.link.code
    rows = await queries.window(session, visit.participant.id, start, count)
    digests = await assets.digests(session, visit.participant.id, start, count)
    return [
        TrialView(
            index=planned.trial_index,
            phase="main" if planned.phase == "catch" else planned.phase,
            stimulus=f"/stimuli/{planned.asset_token}",
            sha256=digest,
            told=task.told_of_trial(code, planned.trial_index),
            answered=answered,
        )
        for (planned, answered), digest in zip(rows, digests, strict=True)
        if planned.dropped_at is None
    ]
