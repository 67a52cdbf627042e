"""What simulated participants are told of their stimuli, from the experimenter's side."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Stimulus


@dataclass(frozen=True)
class PlanTruth:
    """What a participant's stimuli are: (condition, category) by trial index."""

    slot: int
    trials: dict[int, tuple[str, str]]


async def planned_truth(session: AsyncSession, asset_token: str) -> PlanTruth | None:
    """The truth about the whole plan that holds the stimulus with this address; None if there is no such."""
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
