"""Ending a session in the database, and what is looked at then."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Response
from app.sessions.queries import changed_one


async def right_answers(session: AsyncSession, participant_id: int, phase: str) -> int:
    """How many trials of a phase were answered right."""
    query = (
        select(func.count())
        .select_from(PlannedTrial)
        .join(Response)
        .where(PlannedTrial.participant_id == participant_id, PlannedTrial.phase == phase, Response.correct)
    )
    return await session.scalar(query) or 0


async def end(session: AsyncSession, participant_id: int, status: str, outcome: str, now: datetime) -> bool:
    """Mark a session as ended; False if it had ended before, however many ask at once."""
    statement = update(Participant).where(Participant.id == participant_id, Participant.status == "active")
    values = {"status": status, "outcome": outcome, "ended_at": now, "last_seen_at": now}
    if status == "completed":
        values["completed_at"] = now
    return await changed_one(session, statement.values(values))


async def finishers_of_slot(session: AsyncSession, like: Participant) -> Sequence[Participant]:
    """All who completed the plan that this participant has, as they are now, locked."""
    query = (
        select(Participant)
        .where(
            Participant.study_id == like.study_id,
            Participant.audience == like.audience,
            Participant.slot == like.slot,
            Participant.status == "completed",
        )
        .order_by(Participant.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def arrivals(session: AsyncSession, participant_id: int) -> Sequence[tuple[datetime, str]]:
    """When each answer arrived, in order, with the phase of its trial."""
    query = (
        select(Response.received_at, PlannedTrial.phase)
        .join(PlannedTrial, Response.planned_trial_id == PlannedTrial.id)
        .where(PlannedTrial.participant_id == participant_id)
        .order_by(Response.received_at, Response.id)
    )
    return [(received_at, phase) for received_at, phase in await session.execute(query)]
