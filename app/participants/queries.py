"""Participants and their plans in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Study, StudyLink


def visits(code: str, token_sha256: str) -> Select[Study, StudyLink, Participant]:
    """The study that a link leads into, the link, and who holds the token there (or None)."""
    owner = and_(
        Participant.token_sha256 == token_sha256,
        Participant.study_id == StudyLink.study_id,
        Participant.kind == StudyLink.kind,
    )
    return (
        select(Study, StudyLink, Participant)
        .join_from(StudyLink, Study)
        .outerjoin(Participant, owner)
        .where(StudyLink.code == code)
    )


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
