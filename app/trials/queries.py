"""Planned trials and their answers in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Participant, PlannedTrial, Response, Stimulus


@dataclass(frozen=True)
class Progress:
    """Numbers of trials in a plan; `next_index` is the first without an answer."""

    total: int
    practice: int
    answered: int
    next_index: int | None


async def progress(session: AsyncSession, participant_id: int) -> Progress:
    unanswered = case((Response.id.is_(None), PlannedTrial.trial_index))
    query = (
        select(
            func.count(),
            func.count(case((PlannedTrial.phase == "practice", 1))),
            func.count(Response.id),
            func.min(unanswered),
        )
        .select_from(PlannedTrial)
        .outerjoin(Response)
        .where(PlannedTrial.participant_id == participant_id)
    )
    return Progress(*(await session.execute(query)).one())


async def window(
    session: AsyncSession, participant_id: int, start: int, count: int
) -> Sequence[tuple[PlannedTrial, bool]]:
    """Planned trials from index `start` on, each with whether it is answered."""
    query = (
        select(PlannedTrial, Response.id.is_not(None))
        .outerjoin(Response)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.trial_index >= start,
            PlannedTrial.trial_index < start + count,
        )
        .order_by(PlannedTrial.trial_index)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


@dataclass(frozen=True)
class Question:
    """A planned trial with what is needed to judge its answer."""

    planned_trial_id: int
    phase: str
    category: str
    choices: list[str]


async def question(session: AsyncSession, participant_id: int, trial_index: int) -> Question | None:
    query = (
        select(PlannedTrial.id, PlannedTrial.phase, Stimulus.category, Bundle.categories)
        .join(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
        .join(Bundle, Stimulus.bundle_id == Bundle.id)
        .where(PlannedTrial.participant_id == participant_id, PlannedTrial.trial_index == trial_index)
    )
    row = (await session.execute(query)).first()
    return Question(*row) if row else None


async def response_to(session: AsyncSession, planned_trial_id: int) -> Response | None:
    query = select(Response).where(Response.planned_trial_id == planned_trial_id)
    response: Response | None = await session.scalar(query)
    return response


@dataclass(frozen=True)
class Asset:
    bundle_path: str
    blob_sha256: str
    media_type: str


async def asset(session: AsyncSession, asset_token: str, owners: Sequence[str]) -> Asset | None:
    """The stimulus at an address, if the hash of its owner's session token is among `owners`."""
    query = (
        select(Bundle.path, Stimulus.blob_sha256, Stimulus.media_type)
        .select_from(PlannedTrial)
        .join(Participant, PlannedTrial.participant_id == Participant.id)
        .join(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
        .join(Bundle, Stimulus.bundle_id == Bundle.id)
        .where(PlannedTrial.asset_token == asset_token, Participant.token_sha256.in_(owners))
    )
    row = (await session.execute(query)).first()
    return Asset(*row) if row else None
