"""Participants and their plans in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.callers import VISIT, Caller
from app.db.tables import (
    AbxTrial,
    Campaign,
    ConsentText,
    Event,
    InstallationSecret,
    Participant,
    Payment,
    PlannedTrial,
    Recruitment,
    Response,
    StepResult,
    Submission,
    Tombstone,
)
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


async def participant_by_id(
    session: AsyncSession, study_id: int, audience: str, participant_id: int
) -> Participant | None:
    query = select(Participant).where(
        Participant.id == participant_id, Participant.study_id == study_id, Participant.audience == audience
    )
    participant: Participant | None = await session.scalar(query)
    return participant


async def delete_all_of(session: AsyncSession, participant_id: int) -> None:
    """Delete the answers, results, events and plan of a participant."""
    planned = select(PlannedTrial.id).where(PlannedTrial.participant_id == participant_id)
    for of_trial in (Response, AbxTrial):
        await session.execute(delete(of_trial).where(of_trial.planned_trial_id.in_(planned)))
    for table in (PlannedTrial, StepResult, Event):
        await session.execute(delete(table).where(table.participant_id == participant_id))


async def participant_by_consent(session: AsyncSession, consent_uuid: str) -> Participant | None:
    query = select(Participant).where(Participant.consent_uuid == consent_uuid)
    participant: Participant | None = await session.scalar(query)
    return participant


_KNOWN = select(
    Participant.id,
    Participant.status != "active",
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


async def hand_in(session: AsyncSession, participant_id: int) -> tuple[str | None, str | None]:
    """The site where a participant hands in, and the id of the visit."""
    query = select(Recruitment.submit_to, Recruitment.visit)
    row = (await session.execute(query.where(Recruitment.participant_id == participant_id))).first()
    return (row[0], row[1]) if row else (None, None)


async def took_part(
    session: AsyncSession, study_ids: Sequence[int], audience: str, source: str, person: str
) -> bool:
    """Whether a recruiter's person is in one of these studies."""
    if not study_ids:
        return False
    query = select(Recruitment.id).where(
        Recruitment.study_id.in_(study_ids),
        Recruitment.audience == audience,
        Recruitment.source == source,
        Recruitment.person == person,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def held_slots(
    session: AsyncSession, study_id: int, audience: str, fresh_since: datetime
) -> Sequence[int]:
    """Slots of those of an audience who completed, or are at it and were seen since `fresh_since`."""
    at_it = and_(Participant.status == "active", Participant.last_seen_at >= fresh_since)
    holds = or_(Participant.status == "completed", at_it)
    query = select(Participant.slot).where(
        Participant.study_id == study_id, Participant.audience == audience, holds
    )
    return (await session.scalars(query)).all()


async def add_plan(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    await session.execute(insert(PlannedTrial), rows)


async def add_abx_trials(
    session: AsyncSession, participant_id: int, rows: Mapping[int, dict[str, Any]]
) -> None:
    """Store what the trials of a plan have in the ABX task, by the index of the trial."""
    query = select(PlannedTrial.trial_index, PlannedTrial.id).where(
        PlannedTrial.participant_id == participant_id
    )
    ids = {row[0]: row[1] for row in await session.execute(query)}
    await session.execute(
        insert(AbxTrial),
        [{"planned_trial_id": ids[index], "fell_back": False, **row} for index, row in rows.items()],
    )


async def event_counts(session: AsyncSession, participant_id: int, kind: str) -> tuple[int, int]:
    """Number of a participant's events, and of those of one kind."""
    of_kind = func.count(case((Event.kind == kind, 1)))
    query = select(func.count(), of_kind).where(Event.participant_id == participant_id)
    stored, kept = (await session.execute(query)).one()
    return stored, kept


# Ids, and what is kept instead of them


async def recruitment_of(session: AsyncSession, participant_id: int) -> Recruitment | None:
    query = select(Recruitment).where(Recruitment.participant_id == participant_id)
    found: Recruitment | None = await session.scalar(query)
    return found


async def submissions_of(session: AsyncSession, participant_id: int) -> Sequence[Submission]:
    query = select(Submission).where(Submission.participant_id == participant_id)
    return (await session.scalars(query)).all()


async def payments_of(session: AsyncSession, participant_id: int) -> Sequence[Payment]:
    return (await session.scalars(select(Payment).where(Payment.participant_id == participant_id))).all()


async def recruiter_of(session: AsyncSession, campaign_id: int) -> str:
    return (await session.scalars(select(Campaign.recruiter).where(Campaign.id == campaign_id))).one()


async def installation_secret(session: AsyncSession, name: str) -> str | None:
    query = select(InstallationSecret.value).where(InstallationSecret.name == name)
    value: str | None = await session.scalar(query)
    return value


async def keep_secret(session: AsyncSession, name: str, value: str, now: datetime) -> str:
    """Store a secret, unless another transaction did at this moment; returns the one that is stored."""
    await _add_once(session, InstallationSecret(name=name, value=value, made_at=now))
    return await installation_secret(session, name) or value


async def keep_consent_text(session: AsyncSession, sha256: str, text: str, now: datetime) -> None:
    """Store a text that somebody agrees to, unless it is there."""
    if await session.scalar(select(ConsentText.sha256).where(ConsentText.sha256 == sha256)) is None:
        await _add_once(session, ConsentText(sha256=sha256, text=text, stored_at=now))


async def _add_once(session: AsyncSession, row: InstallationSecret | ConsentText) -> None:
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass  # another transaction stored it at this moment


async def tombstone(
    session: AsyncSession, study_id: int, audience: str, source: str, what: str, mark: str
) -> Tombstone | None:
    query = select(Tombstone).where(
        Tombstone.study_id == study_id,
        Tombstone.audience == audience,
        Tombstone.source == source,
        Tombstone.what == what,
        Tombstone.mark == mark,
    )
    found: Tombstone | None = await session.scalar(query)
    return found


async def has_tombstone(
    session: AsyncSession,
    study_ids: Sequence[int],
    audience: str,
    source: str,
    mark: str,
    reasons: Sequence[str],
) -> bool:
    """Whether a person has a mark in one of these studies."""
    query = select(Tombstone.id).where(
        Tombstone.study_id.in_(study_ids),
        Tombstone.audience == audience,
        Tombstone.source == source,
        Tombstone.what == "person",
        Tombstone.mark == mark,
        Tombstone.reason.in_(reasons),
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def buried_marks(
    session: AsyncSession, study_id: int, source: str, marks: Sequence[str]
) -> Sequence[str]:
    """Those of these marks that live visits of a study have."""
    query = select(Tombstone.mark).where(
        Tombstone.study_id == study_id,
        Tombstone.audience == "live",
        Tombstone.source == source,
        Tombstone.what == "visit",
        Tombstone.mark.in_(marks),
    )
    return (await session.scalars(query)).all()
