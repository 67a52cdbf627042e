"""What the progress of a study is read from, in a fixed number of statements for any number of people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import (
    AbxTrial,
    Event,
    Participant,
    PlannedTrial,
    Response,
    StepResult,
    Stimulus,
    StudyStimulus,
)

MOST_ACTIVE = 500  # whose place in the session is looked up
MOST_EVENTS = 500


async def version(session: AsyncSession, study_id: int) -> tuple[Any, ...]:
    """Another value whenever anything of the study may have changed, at the cost of a few index entries."""
    newest = select(
        select(func.max(Response.id)).scalar_subquery(),
        select(func.max(StepResult.id)).scalar_subquery(),
        select(func.max(Event.id)).scalar_subquery(),
    )
    by_status = (
        select(Participant.audience, Participant.status, func.count(), func.max(Participant.ended_at))
        .where(Participant.study_id == study_id)
        .group_by(Participant.audience, Participant.status)
        .order_by(Participant.audience, Participant.status)
    )
    row = (await session.execute(newest)).one()
    return (*row, *map(tuple, (await session.execute(by_status)).all()))


async def endings(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[str, str | None, int]]:
    """(status, outcome, participants)."""
    query = (
        select(Participant.status, Participant.outcome, func.count())
        .where(Participant.study_id == study_id, Participant.audience == audience)
        .group_by(Participant.status, Participant.outcome)
    )
    return (await session.execute(query)).all()


async def durations(
    session: AsyncSession, study_id: int, audience: str
) -> Sequence[Row[datetime, datetime | None]]:
    """(consented, completed) of those who finished."""
    query = select(Participant.consented_at, Participant.completed_at).where(
        Participant.study_id == study_id,
        Participant.audience == audience,
        Participant.status == "completed",
    )
    return (await session.execute(query)).all()


async def active(
    session: AsyncSession, study_id: int, audience: str, seen_since: datetime
) -> Sequence[Row[int, int, int | None]]:
    """(participant, trials of the plan, first trial that waits) of those who were seen of late."""
    waiting = PlannedTrial.trial_index
    query = (
        select(
            Participant.id,
            func.count(PlannedTrial.id),
            func.min(waiting).filter(
                Response.id.is_(None),
                PlannedTrial.set_aside_at.is_(None),
                PlannedTrial.dropped_at.is_(None),
            ),
        )
        .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
        .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(Participant.id.in_(_active(study_id, audience, seen_since)))
        .group_by(Participant.id)
    )
    return (await session.execute(query)).all()


async def passed_steps(
    session: AsyncSession, study_id: int, audience: str, seen_since: datetime
) -> Sequence[Row[int, int]]:
    """(participant, position of a step that was done) of those who were seen of late."""
    query = select(StepResult.participant_id, StepResult.position).where(
        StepResult.participant_id.in_(_active(study_id, audience, seen_since))
    )
    return (await session.execute(query)).all()


def _active(study_id: int, audience: str, seen_since: datetime) -> Select[int]:
    return (
        select(Participant.id)
        .where(
            Participant.study_id == study_id,
            Participant.audience == audience,
            Participant.status == "active",
            Participant.last_seen_at >= seen_since,
        )
        .order_by(Participant.id.desc())
        .limit(MOST_ACTIVE)
    )


async def participants(
    session: AsyncSession, study_id: int, audience: str, status: str | None, offset: int, count: int
) -> Sequence[Participant]:
    """A page of participants, the newest first."""
    query = select(Participant).where(Participant.study_id == study_id, Participant.audience == audience)
    if status is not None:
        query = query.where(Participant.status == status)
    return (await session.scalars(query.order_by(Participant.id.desc()).offset(offset).limit(count))).all()


async def answered(session: AsyncSession, who: Sequence[int]) -> Sequence[Row[int, int, int, int, int]]:
    """(participant, trials of the plan, answered, timed, of those on time) of each of `who`.

    Trials that a stopping rule dropped are no longer of the plan.
    """
    query = (
        select(
            PlannedTrial.participant_id,
            func.count(),
            func.count(Response.id),
            func.count(Response.on_time),
            func.count().filter(Response.on_time.is_(True)),
        )
        .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(PlannedTrial.participant_id.in_(who), PlannedTrial.dropped_at.is_(None))
        .group_by(PlannedTrial.participant_id)
    )
    return (await session.execute(query)).all()


async def participant(session: AsyncSession, study_id: int, number: int) -> Participant | None:
    query = select(Participant).where(Participant.study_id == study_id, Participant.id == number)
    found: Participant | None = await session.scalar(query)
    return found


async def steps(session: AsyncSession, participant_id: int) -> Sequence[StepResult]:
    query = select(StepResult).where(StepResult.participant_id == participant_id)
    return (await session.scalars(query.order_by(StepResult.position))).all()


async def events(session: AsyncSession, participant_id: int) -> Sequence[Event]:
    query = select(Event).where(Event.participant_id == participant_id).order_by(Event.id).limit(MOST_EVENTS)
    return (await session.scalars(query)).all()


async def trials(session: AsyncSession, participant_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The whole plan of a participant with what was answered; in the ABX task, with the levels shown."""
    query = (
        select(
            PlannedTrial.trial_index,
            PlannedTrial.phase,
            Stimulus.condition,
            func.coalesce(Stimulus.category, StudyStimulus.category).label("category"),
            Stimulus.natural_id,
            PlannedTrial.dropped_at,
            AbxTrial.dimension,
            AbxTrial.asked_level,
            AbxTrial.level,
            AbxTrial.fell_back,
            Response.answer,
            Response.correct,
            Response.rt_ms,
            Response.on_time,
            Response.attended,
        )
        .outerjoin(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .outerjoin(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
        .outerjoin(StudyStimulus, StudyStimulus.id == PlannedTrial.study_stimulus_id)
        .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(PlannedTrial.participant_id == participant_id)
        .order_by(PlannedTrial.trial_index)
    )
    return (await session.execute(query)).all()
