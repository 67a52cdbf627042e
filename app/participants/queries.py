"""Participants and their plans in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Event, Participant, PlannedTrial


async def participant_by_token(
    session: AsyncSession, study_id: int, kind: str, token_sha256: str
) -> Participant | None:
    query = select(Participant).where(
        Participant.token_sha256 == token_sha256, Participant.study_id == study_id, Participant.kind == kind
    )
    participant: Participant | None = await session.scalar(query)
    return participant


async def held_slots(session: AsyncSession, study_id: int, kind: str, fresh_since: datetime) -> Sequence[int]:
    """Slots of the participants of a kind who completed, or who were seen since `fresh_since`."""
    holds = or_(Participant.status == "completed", Participant.last_seen_at >= fresh_since)
    query = select(Participant.slot).where(Participant.study_id == study_id, Participant.kind == kind, holds)
    return (await session.scalars(query)).all()


async def add_plan(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    await session.execute(insert(PlannedTrial), rows)


async def event_counts(session: AsyncSession, participant_id: int, kind: str) -> tuple[int, int]:
    """Number of a participant's events, and of those of one kind."""
    of_kind = func.count(case((Event.kind == kind, 1)))
    query = select(func.count(), of_kind).where(Event.participant_id == participant_id)
    stored, kept = (await session.execute(query)).one()
    return stored, kept
