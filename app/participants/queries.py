"""Participants and their plans in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.callers import VISIT, Caller
from app.db.tables import Event, Participant, PlannedTrial, Recruitment
from app.participants.door import Known


async def caller(session: AsyncSession, code: str, token_sha256: str) -> Caller | None:
    """Who holds the token, at which link; None if the link is not known."""
    row = (await session.execute(VISIT, {"code": code, "token_sha256": token_sha256})).first()
    return (row[0], row[1], row[2]) if row else None


async def participant_by_token(
    session: AsyncSession, study_id: int, audience: str, token_sha256: str
) -> Participant | None:
    query = select(Participant).where(
        Participant.token_sha256 == token_sha256,
        Participant.study_id == study_id,
        Participant.audience == audience,
    )
    participant: Participant | None = await session.scalar(query)
    return participant


async def participant_by_consent(session: AsyncSession, consent_uuid: str) -> Participant | None:
    query = select(Participant).where(Participant.consent_uuid == consent_uuid)
    participant: Participant | None = await session.scalar(query)
    return participant


_KNOWN = select(
    Participant.id,
    Participant.status == "completed",
    Recruitment.source,
    Recruitment.person,
    Recruitment.visit,
)


async def known_by_id(session: AsyncSession, participant_id: int) -> Known:
    query = _KNOWN.outerjoin(Recruitment).where(Participant.id == participant_id)
    return Known(*(await session.execute(query)).one())


async def known_by_person(
    session: AsyncSession, study_id: int, audience: str, source: str, person: str
) -> Known | None:
    """Who took part in a study, by links for that audience, under a recruiter's id."""
    query = _KNOWN.join(Recruitment).where(
        Recruitment.study_id == study_id,
        Recruitment.audience == audience,
        Recruitment.source == source,
        Recruitment.person == person,
    )
    row = (await session.execute(query)).first()
    return Known(*row) if row else None


async def held_slots(
    session: AsyncSession, study_id: int, audience: str, fresh_since: datetime
) -> Sequence[int]:
    """Slots of the participants of an audience who completed, or who were seen since `fresh_since`."""
    holds = or_(Participant.status == "completed", Participant.last_seen_at >= fresh_since)
    query = select(Participant.slot).where(
        Participant.study_id == study_id, Participant.audience == audience, holds
    )
    return (await session.scalars(query)).all()


async def add_plan(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    await session.execute(insert(PlannedTrial), rows)


async def event_counts(session: AsyncSession, participant_id: int, kind: str) -> tuple[int, int]:
    """Number of a participant's events, and of those of one kind."""
    of_kind = func.count(case((Event.kind == kind, 1)))
    query = select(func.count(), of_kind).where(Event.participant_id == participant_id)
    stored, kept = (await session.execute(query)).one()
    return stored, kept
