"""What the analysis of thresholds reads from the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.tables import AbxTrial, Participant, PlannedTrial, Response, Stimulus
from synthesis.bundle.manifest import NATURAL


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


async def served_levels(session: AsyncSession, bundle_id: int) -> Sequence[Row[str, str, int, bool, Any]]:
    """(dimension, original, number of the level, certified, certificate) of a bundle's changed pictures."""
    what = (Stimulus.condition, Stimulus.natural_id, Stimulus.seed, Stimulus.certified, Stimulus.certificate)
    query = select(*what).where(Stimulus.bundle_id == bundle_id, Stimulus.condition != NATURAL)
    return (
        await session.execute(query.order_by(Stimulus.condition, Stimulus.natural_id, Stimulus.seed))
    ).all()


async def picture_pairs(session: AsyncSession, bundle_id: int) -> Sequence[Row[str, str, str, str]]:
    """(layer, natural stimulus, SHA-256 of the metamer, of the natural) of a bundle's certified metamers."""
    natural, metamer = aliased(Stimulus), aliased(Stimulus)
    query = (
        select(metamer.condition, metamer.natural_id, metamer.blob_sha256, natural.blob_sha256)
        .join(
            natural,
            and_(
                natural.bundle_id == metamer.bundle_id,
                natural.natural_id == metamer.natural_id,
                natural.condition == NATURAL,
            ),
        )
        .where(metamer.bundle_id == bundle_id, metamer.condition != NATURAL, metamer.certified)
    )
    return (await session.execute(query.order_by(metamer.id))).all()
