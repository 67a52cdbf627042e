"""What the analysis reads from the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Participant, PlannedTrial, Response, Stimulus, Study


async def study_with_bundle(session: AsyncSession, name: str) -> Row[Study, Bundle] | None:
    return (
        await session.execute(
            select(Study, Bundle).join(Bundle, Bundle.id == Study.bundle_id).where(Study.name == name)
        )
    ).one_or_none()


async def study_names(session: AsyncSession) -> Sequence[str]:
    return (await session.scalars(select(Study.name).order_by(Study.name))).all()


async def main_trials(session: AsyncSession, study_id: int, kind: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per answered main trial, in the order of participants and trials."""
    rows = await session.execute(
        select(
            Participant.id.label("participant_id"),
            Participant.slot,
            (Participant.status == "completed").label("completed"),
            PlannedTrial.trial_index,
            Stimulus.natural_id,
            Stimulus.category,
            Stimulus.condition,
            Stimulus.blob_sha256,
            Response.answer,
            Response.correct,
            Response.rt_ms,
            Response.timing,
            Response.received_at,
        )
        .join(PlannedTrial, PlannedTrial.id == Response.planned_trial_id)
        .join(Participant, Participant.id == PlannedTrial.participant_id)
        .join(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
        .where(Participant.study_id == study_id, Participant.kind == kind, PlannedTrial.phase == "main")
        .order_by(Participant.id, PlannedTrial.trial_index)
    )
    return rows.all()


async def participant_counts(session: AsyncSession) -> Sequence[Row[int, str, int, int]]:
    """(study_id, kind, consented, completed) for every study and kind that has participants."""
    completed = func.count().filter(Participant.status == "completed")
    return (
        await session.execute(
            select(Participant.study_id, Participant.kind, func.count(), completed).group_by(
                Participant.study_id, Participant.kind
            )
        )
    ).all()


async def completion_times(
    session: AsyncSession, study_id: int, kind: str
) -> Sequence[Row[datetime, datetime | None]]:
    """(consented_at, completed_at) of those who finished."""
    return (
        await session.execute(
            select(Participant.consented_at, Participant.completed_at).where(
                Participant.study_id == study_id,
                Participant.kind == kind,
                Participant.status == "completed",
            )
        )
    ).all()


async def planned_truth(session: AsyncSession, asset_token: str) -> dict[int, tuple[str, str]]:
    """(condition, category) by trial index, of the whole plan that holds the picture with this address."""
    owner = select(PlannedTrial.participant_id).where(PlannedTrial.asset_token == asset_token)
    rows = await session.execute(
        select(PlannedTrial.trial_index, Stimulus.condition, Stimulus.category)
        .join(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
        .where(PlannedTrial.participant_id == owner.scalar_subquery())
    )
    return {index: (condition, category) for index, condition, category in rows}
