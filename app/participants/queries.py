"""Participants and their plans in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Study, StudyLink

Caller = tuple[Study, StudyLink, Participant | None]
# The study that the link `code` leads into, the link, and who holds the token there (or None).
VISIT = (
    select(Study, StudyLink, Participant)
    .join_from(StudyLink, Study)
    .outerjoin(
        Participant,
        and_(
            Participant.token_sha256 == bindparam("token_sha256"),
            Participant.study_id == StudyLink.study_id,
            Participant.kind == StudyLink.kind,
        ),
    )
    .where(StudyLink.code == bindparam("code"))
)


async def caller(session: AsyncSession, code: str, token_sha256: str) -> Caller | None:
    """Who holds the token, at which link; None if the link is not known."""
    row = (await session.execute(VISIT, {"code": code, "token_sha256": token_sha256})).first()
    return (row[0], row[1], row[2]) if row else None


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
