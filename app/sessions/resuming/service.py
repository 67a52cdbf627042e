"""The lease of a session, and the study's policy for one that was left.

A page that wants to run a session draws a lease. While it holds it, answers and results of any other page are
refused, on whatever machine that page is, so that two browsers cannot run one session.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.participants.service import Visit, record_event
from app.sessions import queries, steps
from app.sessions.endings import service as endings
from app.sessions.queries import Progress
from app.sessions.resuming import queries as resuming
from app.sessions.schemas import BeginIn, Sender
from app.steps.course import block_of_trial

# A page that was silent for so long is not there any more: most trials take some seconds.
SILENT_AFTER = timedelta(minutes=5)
RESTARTED = "answer_of_restarted_block"


def require_lease(visit: Visit, sent_by: Sender) -> None:
    """Raises `Conflict` if another page runs the session. Where no page has a lease, everybody may."""
    held = visit.participant.lease
    if held is not None and held != str(sent_by.lease) and visit.participant.status == "active":
        raise Conflict("lease_lost", "This study is open in another tab, window or browser.")


async def begin(session: AsyncSession, visit: Visit, asked: BeginIn, now: datetime) -> None:
    """Give the page the session's lease. Asking again with the same lease changes nothing.

    A session that was begun before is resumed, as the study's policy says: it may have ended by that. Raises
    `Conflict` if another page runs the session and the participant has not chosen this one.
    """
    participant = visit.participant
    if participant.status != "active" or participant.lease == str(asked.lease):
        return
    takes_over = _takes_over(visit, asked, now)
    progress = await queries.progress(session, participant.id)
    left = await steps.left(session, visit, progress)
    if not left or steps.begun(visit, left[0], progress):
        await _resume(session, visit, progress, now, takes_over=takes_over)
    participant.lease, participant.last_seen_at = str(asked.lease), now


def _takes_over(visit: Visit, asked: BeginIn, now: datetime) -> bool:
    """Whether another page is sent away by this. Raises `Conflict` if it must not be."""
    participant = visit.participant
    if participant.lease is None or participant.lease == str(asked.previous):
        return False
    if asked.take_over:
        return True
    if now - participant.last_seen_at >= SILENT_AFTER:
        return False
    raise Conflict("lease_held", "This study is open in another tab, window or browser.")


async def _resume(
    session: AsyncSession, visit: Visit, progress: Progress, now: datetime, *, takes_over: bool
) -> None:
    policy, participant = visit.definition.resume, visit.participant
    away = now - participant.last_seen_at
    detail = {
        "trial_index": progress.next_index if progress.next_index is not None else progress.total,
        "away_s": round(away.total_seconds()),
        "taken_over": takes_over,
    }
    record_event(session, participant, "resume", detail, now)
    too_late = policy.within_minutes is not None and away > timedelta(minutes=policy.within_minutes)
    if policy.policy == "never" or too_late:
        await endings.expire(session, visit, now)
    elif policy.policy == "restart_block" and progress.next_index is not None:
        await _restart_block(session, visit, progress, now)


async def _restart_block(session: AsyncSession, visit: Visit, progress: Progress, now: datetime) -> None:
    """Begin the block of the trial that is due anew. What was answered in it is kept as events."""
    assert progress.next_index is not None
    course = steps.course(visit, progress.total)
    block = block_of_trial(course, progress.next_index)
    for index, given in await resuming.answers_between(session, visit.participant.id, block):
        kept = {
            "trial_index": index,
            "answer": given.answer,
            "correct": given.correct,
            "rt_ms": given.rt_ms,
            "timing": given.timing,
            "received_at": given.received_at.isoformat(),
        }
        record_event(session, visit.participant, RESTARTED, kept, now)
    await resuming.take_back(session, visit.participant.id, block)
