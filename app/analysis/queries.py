"""What the analysis reads from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Response, Stimulus


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


@dataclass(frozen=True)
class PlanTruth:
    """What a participant's pictures show: (condition, category) by trial index."""

    slot: int
    trials: dict[int, tuple[str, str]]


async def planned_truth(session: AsyncSession, asset_token: str) -> PlanTruth | None:
    """The truth about the whole plan that holds the picture with this address; None if there is no such."""
    owner = select(PlannedTrial.participant_id).where(PlannedTrial.asset_token == asset_token)
    rows = (
        await session.execute(
            select(Participant.slot, PlannedTrial.trial_index, Stimulus.condition, Stimulus.category)
            .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
            .join(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
            .where(Participant.id == owner.scalar_subquery())
        )
    ).all()
    if not rows:
        return None
    return PlanTruth(rows[0].slot, {row.trial_index: (row.condition, row.category) for row in rows})
