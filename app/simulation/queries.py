"""What simulated participants are told of their stimuli, from the experimenter's side."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, PlannedTrial, Stimulus, Study, StudyBundle
from app.experiments.conditions import condition_name
from app.experiments.service import definition_of


@dataclass(frozen=True)
class PlanTruth:
    """What a participant's stimuli are: (condition, category) by trial index; conditions as the study's."""

    slot: int
    trials: dict[int, tuple[str, str]]


async def planned_truth(session: AsyncSession, asset_token: str) -> PlanTruth | None:
    """The truth about the whole plan that holds the stimulus with this address; None if there is no such."""
    owner = select(PlannedTrial.participant_id).where(PlannedTrial.asset_token == asset_token)
    rows = (
        await session.execute(
            select(
                Participant.slot,
                PlannedTrial.trial_index,
                StudyBundle.network,
                Stimulus.condition,
                Stimulus.category,
                Study,
            )
            .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
            .join(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
            .join(Study, Study.id == Participant.study_id)
            .join(
                StudyBundle,
                and_(StudyBundle.study_id == Study.id, StudyBundle.bundle_id == Stimulus.bundle_id),
            )
            .where(Participant.id == owner.scalar_subquery())
        )
    ).all()
    if not rows:
        return None
    named = definition_of(rows[0].Study).stimuli is not None
    trials = {
        row.trial_index: (condition_name(row.network, row.condition, named=named), row.category)
        for row in rows
    }
    return PlanTruth(rows[0].slot, trials)
