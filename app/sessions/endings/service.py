"""The end of a session: it comes once, and what an experimenter should look at is flagged."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.tables import Participant
from app.experiments import service as experiments
from app.experiments.endings import COMPLETE, EXPIRED
from app.participants.service import Visit, record_event
from app.sessions import queries as progress_queries
from app.sessions import steps
from app.sessions.assets.service import stimulus_ms
from app.sessions.endings import pace, queries
from app.sessions.schemas import Finished
from app.steps.registry import KINDS
from app.steps.step import Step
from app.tasks.reading import flags_in

PLAN_SHARED, TOO_FAST = "plan_shared", "too_fast"


async def finish(session: AsyncSession, visit: Visit, now: datetime) -> Finished:
    """Complete the session. Doing it again changes nothing, and a session that ended otherwise stays so.

    Raises `Conflict` while answers, or results of steps after them, are missing.
    """
    if visit.participant.status == "active":
        progress = await progress_queries.progress(session, visit.participant.id)
        if progress.next_index is not None:
            raise Conflict(
                "answers_missing",
                f"{progress.waiting} answers have not arrived yet.",
                missing_index=progress.next_index,
                missing=progress.waiting,
            )
        if left := await steps.left(session, visit, progress):
            position = left[0].position
            raise Conflict("steps_missing", f"Step {position} is not done yet.", next_position=position)
        await _complete(session, visit, now)
    return Finished(outcome=visit.participant.outcome or COMPLETE)


async def screen_out(session: AsyncSession, visit: Visit, outcome: str, now: datetime) -> None:
    """End the session since a check was failed; `outcome` is one of those of the step's kind."""
    await _end(session, visit.participant, "screened_out", outcome, now)


async def expire(session: AsyncSession, visit: Visit, now: datetime) -> None:
    """End a session that was left and may not be gone on with."""
    await _end(session, visit.participant, "expired", EXPIRED, now)


async def end_by_recruiter(
    session: AsyncSession, participant: Participant, outcome: str, now: datetime
) -> bool:
    """End a session since the person gave the place back, or took too long; its plan is free again.

    One that has ended stays as it is. Returns whether it ended by this.
    """
    return await _end(session, participant, "expired", outcome, now)


async def judge_trials(session: AsyncSession, visit: Visit, step: Step, now: datetime) -> None:
    """End the session if too few of a step's trials, which are all answered now, were right."""
    kind = KINDS[step.kind]
    if not kind.outcomes or kind.holds is None:
        return
    right = await queries.right_answers(session, visit.participant.id, kind.holds)
    if outcome := kind.outcome_of_trials(step.parameters, right):
        await screen_out(session, visit, outcome, now)


async def _end(
    session: AsyncSession, participant: Participant, status: str, outcome: str, now: datetime
) -> bool:
    """Whether it ended by this call."""
    ended = await queries.end(session, participant.id, status, outcome, now)
    await session.refresh(participant)
    if ended:
        record_event(session, participant, "finish", {"outcome": outcome}, now)
    return ended


async def _complete(session: AsyncSession, visit: Visit, now: datetime) -> None:
    """The study's row is locked meanwhile, so that two who finish one plan at one moment are both flagged."""
    too_fast = await _too_fast(session, visit)
    study = await experiments.lock_study(session, visit.study.id)
    if not await _end(session, visit.participant, "completed", COMPLETE, now):
        return
    finishers = await queries.finishers_of_slot(session, visit.participant)
    for finisher in finishers if len(finishers) > 1 else ():
        _flag(finisher, PLAN_SHARED)
    if too_fast:
        _flag(visit.participant, TOO_FAST)
    if visit.participant.audience == "live":
        await experiments.close_if_complete(session, study, visit.definition, now)


def _flag(participant: Participant, flag: str) -> None:
    participant.flags = sorted({*flags_in(participant.flags), flag})


async def _too_fast(session: AsyncSession, visit: Visit) -> bool:
    """Simulated observers do not wait, and everybody knows."""
    participant, definition = visit.participant, visit.definition
    if participant.audience == "simulated":
        return False
    lasts_ms = await stimulus_ms(session, participant.id) if definition.task.medium.lasts else 0.0
    answers = [
        (moment, definition.task.least_ms(definition.parameters, phase, lasts_ms))
        for moment, phase in await queries.arrivals(session, participant.id)
    ]
    return pace.too_fast(participant.consented_at, answers)
