"""What the analysis of thresholds reads from the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.tables import AbxTrial, Participant, PlannedTrial, Response, Stimulus


async def abx_trials(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per trial that was given out, answered or not, in the order of participants and trials."""
    original, shown = aliased(Stimulus), aliased(Stimulus)
    query = (
        select(
            Participant.id.label("participant_id"),
            Participant.slot,
            (Participant.status == "completed").label("completed"),
            PlannedTrial.trial_index,
            PlannedTrial.phase,
            AbxTrial.dimension,
            original.natural_id.label("original"),
            AbxTrial.asked_level,
            AbxTrial.level,
            AbxTrial.fell_back,
            AbxTrial.changed_first,
            AbxTrial.x_changed,
            AbxTrial.issued_at,
            shown.certificate,
            shown.blob_sha256,
            Response.answer,
            Response.correct,
            Response.rt_ms,
            Response.timing,
            Response.on_time,
            Response.attended,
            Response.received_at,
            Response.flags,
        )
        .select_from(Participant)
        .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
        .join(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .join(shown, shown.id == AbxTrial.stimulus_id)
        .outerjoin(original, original.id == PlannedTrial.stimulus_id)
        .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(
            Participant.study_id == study_id,
            Participant.audience == audience,
            AbxTrial.issued_at.is_not(None),
        )
    )
    return (await session.execute(query.order_by(Participant.id, PlannedTrial.trial_index))).all()
