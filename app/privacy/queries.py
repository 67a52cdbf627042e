"""What the database holds of participants, and what of it is due for deletion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.register import referring
from app.db.tables import (
    Campaign,
    ConsentText,
    Event,
    Participant,
    Payment,
    Recruitment,
    StepResult,
    Submission,
    Tombstone,
)
from app.participants.erasure import ERASED, SETTLED, UNDECIDED

USER_AGENT = "user_agent"


async def participant_of(session: AsyncSession, study_id: int, number: int) -> Participant | None:
    query = select(Participant).where(Participant.id == number, Participant.study_id == study_id)
    found: Participant | None = await session.scalar(query)
    return found


def _over(before: datetime, quiet: datetime) -> ColumnElement[bool]:
    """Whose session ended before a moment; one that is active was not heard of since `quiet`."""
    ended = func.coalesce(Participant.ended_at, Participant.completed_at, Participant.last_seen_at)
    return and_(ended <= before, or_(Participant.status != "active", Participant.last_seen_at <= quiet))


def _has_ids() -> ColumnElement[bool]:
    return or_(
        exists().where(Recruitment.participant_id == Participant.id),
        exists().where(Submission.participant_id == Participant.id),
        exists().where(Payment.participant_id == Participant.id, Payment.submission != ""),
    )


async def with_ids(session: AsyncSession, study_id: int) -> int:
    """How many participants of a study have ids stored."""
    query = select(func.count()).select_from(Participant).where(Participant.study_id == study_id, _has_ids())
    return await session.scalar(query) or 0


async def due_for_ids(
    session: AsyncSession, study_id: int, before: datetime | None, quiet: datetime
) -> Sequence[Participant]:
    """Participants whose ids are to be deleted; those who withdrew at any time."""
    over = Participant.status == "withdrawn"
    if before is not None:
        over = or_(over, _over(before, quiet))
    query = select(Participant).where(Participant.study_id == study_id, over, _has_ids())
    return (await session.scalars(query.order_by(Participant.id))).all()


async def due_for_data(
    session: AsyncSession, study_id: int, before: datetime, quiet: datetime
) -> Sequence[Participant]:
    """Participants of whom everything is to be deleted and was not."""
    query = select(Participant).where(
        Participant.study_id == study_id,
        _over(before, quiet),
        ~Participant.token_sha256.startswith(ERASED),
    )
    return (await session.scalars(query.order_by(Participant.id))).all()


async def due_results(
    session: AsyncSession, study_id: int, positions: Sequence[int], before: datetime, quiet: datetime
) -> Sequence[StepResult]:
    """Results of steps at these places of the course whose personal answers are to be deleted."""
    query = select(StepResult).join(Participant, Participant.id == StepResult.participant_id)
    query = query.where(
        Participant.study_id == study_id, StepResult.position.in_(positions), _over(before, quiet)
    )
    return (await session.scalars(query.order_by(StepResult.id))).all()


async def due_events(
    session: AsyncSession, study_id: int, before: datetime, quiet: datetime
) -> Sequence[Event]:
    """Events in which a browser says in full what it is."""
    query = select(Event).join(Participant, Participant.id == Event.participant_id)
    query = query.where(
        Participant.study_id == study_id,
        Event.kind == "environment",
        Event.detail[USER_AGENT].as_string().is_not(None),
        _over(before, quiet),
    )
    return (await session.scalars(query.order_by(Event.id))).all()


async def strangers(
    session: AsyncSession, study_id: int, before: datetime
) -> tuple[Sequence[tuple[Submission, str]], Sequence[Payment]]:
    """Submissions, with their recruiter, and settled payments of people who are no participants here."""
    submissions = (
        select(Submission, Campaign.recruiter)
        .join(Campaign, Campaign.id == Submission.campaign_id)
        .where(
            Campaign.study_id == study_id,
            Submission.participant_id.is_(None),
            Submission.status != UNDECIDED,
            Submission.last_seen_at <= before,
        )
    )
    payments = select(Payment).where(
        Payment.study_id == study_id,
        Payment.participant_id.is_(None),
        Payment.state.in_(SETTLED),
        Payment.submission != "",
        Payment.created_at <= before,
    )
    found = [(row[0], row[1]) for row in await session.execute(submissions)]
    return found, (await session.scalars(payments)).all()


async def tombstones(session: AsyncSession, study_id: int) -> int:
    """How many people a study knows by a mark only."""
    query = select(func.count()).where(Tombstone.study_id == study_id, Tombstone.what == "person")
    return await session.scalar(query) or 0


@dataclass(frozen=True)
class Agreed:
    """A version of the text of consent. `text` is None where it is not kept."""

    version: str
    sha256: str
    participants: int
    first: datetime
    last: datetime
    text: str | None


async def agreed(session: AsyncSession, study_id: int) -> list[Agreed]:
    """What people of a study agreed to, the first version first; those who withdrew are not counted."""
    version, sha256 = (StepResult.result[name].as_string() for name in ("version", "text_sha256"))
    of_kind = and_(
        Participant.study_id == study_id, Participant.audience == "live", StepResult.kind == "consent"
    )
    first = func.min(StepResult.received_at)
    counts = (
        select(version, sha256, func.count(), first, func.max(StepResult.received_at))
        .join(Participant, Participant.id == StepResult.participant_id)
        .where(of_kind)
        .group_by(version, sha256)
        .order_by(first)
    )
    rows = (await session.execute(counts)).all()
    texts = await consent_texts(session, [row[1] for row in rows if row[1]])
    return [Agreed(row[0] or "", row[1] or "", row[2], row[3], row[4], texts.get(row[1])) for row in rows]


async def agreed_without_version(
    session: AsyncSession, study_id: int
) -> tuple[int, datetime | None, datetime | None]:
    """How many live people agreed by a course without the step consent; the first and last time."""
    recorded = exists().where(StepResult.participant_id == Participant.id, StepResult.kind == "consent")
    query = select(func.count(), func.min(Participant.consented_at), func.max(Participant.consented_at))
    query = query.where(
        Participant.study_id == study_id,
        Participant.audience == "live",
        Participant.status != "withdrawn",
        ~Participant.token_sha256.startswith(ERASED),
        ~recorded,
    )
    row = (await session.execute(query)).one()
    return row[0], row[1], row[2]


async def consent_texts(session: AsyncSession, keys: Sequence[str]) -> dict[str, str]:
    """The texts by their SHA-256."""
    query = select(ConsentText.sha256, ConsentText.text).where(ConsentText.sha256.in_(keys))
    return {row[0]: row[1] for row in await session.execute(query)}


async def all_rows(session: AsyncSession, number: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of one participant in every table that refers to participants, by table."""
    table = Participant.__table__
    assert isinstance(table, Table)
    found: dict[str, list[dict[str, Any]]] = {}
    await _collect(session, table, select(table.c.id).where(table.c.id == number), found)
    return found


async def _collect(
    session: AsyncSession, table: Table, ids: Select[Any], found: dict[str, list[dict[str, Any]]]
) -> None:
    (key,) = table.primary_key.columns
    query = select(table).where(key.in_(ids)).order_by(key)
    found[table.name] = [dict(row._mapping) for row in await session.execute(query)]
    for other, column in referring(table):
        (other_key,) = other.primary_key.columns
        await _collect(session, other, select(other_key).where(other.c[column].in_(ids)), found)
