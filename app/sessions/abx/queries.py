"""Trials of the ABX task in the database: those to be given out, and the answers that choices rest on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.procedure import Answer
from app.db.tables import AbxTrial, Participant, PictureRequest, PlannedTrial, Response, Stimulus, Study
from app.sessions.queries import changed_one


@dataclass(frozen=True)
class Shown:
    """What a trial shows: the changed picture and its measured level, None while it is being made.

    `fell_back` says that it is another than was asked for, which was not there in time.
    """

    stimulus_id: int | None = None
    level: float | None = None
    fell_back: bool = False


@dataclass(frozen=True)
class Open:
    """A trial that has not been given out; `natural_id` is its original, a picture of the bundle."""

    planned_trial_id: int
    trial_index: int
    phase: str
    dimension: str
    natural_id: str
    original_id: int
    bundle_id: int


@dataclass(frozen=True)
class Awaited:
    """A trial that was given out, and whose picture is being made: of which study, and at which level."""

    trial: Open
    study: Study
    level: float


_OPEN = (
    PlannedTrial.id,
    PlannedTrial.trial_index,
    PlannedTrial.phase,
    AbxTrial.dimension,
    Stimulus.natural_id,
    Stimulus.id,
    Stimulus.bundle_id,
)
_AWAITED = (AbxTrial.issued_at.is_not(None), AbxTrial.stimulus_id.is_(None))


async def not_issued(session: AsyncSession, participant_id: int, start: int, count: int) -> Sequence[Open]:
    """Those of the trials from index `start` on that wait to be given out, in order."""
    query = (
        select(*_OPEN)
        .join(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .join(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.trial_index >= start,
            PlannedTrial.trial_index < start + count,
            PlannedTrial.dropped_at.is_(None),
            AbxTrial.issued_at.is_(None),
        )
        .order_by(PlannedTrial.trial_index)
    )
    return [Open(*row) for row in await session.execute(query)]


async def answers(
    session: AsyncSession, participant_id: int, dimension: str | None = None
) -> dict[str, list[Answer]]:
    """The answers of the main trials, by dimension and in their order: of one dimension, or of all."""
    query = (
        select(AbxTrial.dimension, AbxTrial.level, Response.correct)
        .join(PlannedTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .join(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.phase == "main",
        )
        .order_by(PlannedTrial.trial_index)
    )
    if dimension is not None:
        query = query.where(AbxTrial.dimension == dimension)
    found: dict[str, list[Answer]] = defaultdict(list)
    for shown, level, right in await session.execute(query):
        if level is not None:
            found[shown].append(Answer(level, right))
    return found


async def issue(
    session: AsyncSession,
    planned_trial_id: int,
    asked_level: float,
    shown: Shown,
    now: datetime,
) -> bool:
    """Write what a trial shows; False if another request wrote it before, which then holds."""
    statement = update(AbxTrial).where(
        AbxTrial.planned_trial_id == planned_trial_id, AbxTrial.issued_at.is_(None)
    )
    values = {"asked_level": asked_level, "issued_at": now, **vars(shown)}
    return await changed_one(session, statement.values(values))


async def awaited(session: AsyncSession, planned_trial_id: int) -> Awaited | None:
    """A trial whose picture is being made; None if it has one."""
    query = (
        select(*_OPEN, Study, AbxTrial.asked_level)
        .join(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .join(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
        .join(Participant, PlannedTrial.participant_id == Participant.id)
        .join(Study, Participant.study_id == Study.id)
        .where(PlannedTrial.id == planned_trial_id, *_AWAITED)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    values: tuple[Any, ...] = tuple(row)
    return Awaited(Open(*values[:-2]), *values[-2:])


async def still_made(session: AsyncSession, planned_trial_id: int) -> bool:
    """Whether the picture of a trial is neither settled nor made nor given up."""
    request = and_(
        PictureRequest.original_id == PlannedTrial.stimulus_id,
        PictureRequest.dimension == AbxTrial.dimension,
        PictureRequest.target == AbxTrial.asked_level,
    )
    query = (
        select(PictureRequest.state)
        .select_from(PlannedTrial)
        .join(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .join(PictureRequest, request)
        .where(PlannedTrial.id == planned_trial_id, *_AWAITED)
    )
    return await session.scalar(query) in ("queued", "taken")


async def settle(session: AsyncSession, planned_trial_id: int, shown: Shown) -> bool:
    """Write which picture an awaited trial shows; False if that was written before, which then holds."""
    statement = update(AbxTrial).where(AbxTrial.planned_trial_id == planned_trial_id, *_AWAITED)
    return await changed_one(session, statement.values(**vars(shown)))


async def dimensions_shown(session: AsyncSession, participant_id: int) -> Sequence[str]:
    """The dimensions of a session's main trials."""
    query = (
        select(AbxTrial.dimension)
        .join(PlannedTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .where(PlannedTrial.participant_id == participant_id, PlannedTrial.phase == "main")
        .distinct()
    )
    return (await session.scalars(query)).all()


async def lock_course(session: AsyncSession, participant_id: int) -> None:
    """Have trials of a session given out or dropped by one transaction at a time; others wait for its end.

    On SQLite all who write do so anyway.
    """
    # Rows that refer to the participant, such as events, can be stored meanwhile.
    query = select(Participant.id).where(Participant.id == participant_id).with_for_update(key_share=True)
    await session.execute(query)


async def drop(session: AsyncSession, participant_id: int, now: datetime) -> int:
    """Leave out what has not been given out yet; the number of trials."""
    given_out = exists().where(AbxTrial.planned_trial_id == PlannedTrial.id, AbxTrial.issued_at.is_not(None))
    statement = (
        update(PlannedTrial)
        .where(PlannedTrial.participant_id == participant_id, PlannedTrial.dropped_at.is_(None), ~given_out)
        .values(dropped_at=now)
        .returning(PlannedTrial.id)
    )
    rows = await session.execute(statement, execution_options={"synchronize_session": False})
    return len(rows.all())


async def is_dropped(session: AsyncSession, participant_id: int, trial_index: int) -> bool:
    query = select(PlannedTrial.dropped_at).where(
        PlannedTrial.participant_id == participant_id, PlannedTrial.trial_index == trial_index
    )
    return await session.scalar(query) is not None
