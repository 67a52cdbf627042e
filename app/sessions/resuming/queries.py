"""Answers of a block that begins anew, in the database."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import PlannedTrial, Response


async def answers_between(
    session: AsyncSession, participant_id: int, trials: range
) -> Sequence[tuple[int, Response]]:
    """The answers to trials of a plan, each with its trial's index, in order."""
    query = (
        select(PlannedTrial.trial_index, Response)
        .join(Response)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.trial_index >= trials.start,
            PlannedTrial.trial_index < trials.stop,
        )
        .order_by(PlannedTrial.trial_index)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def take_back(session: AsyncSession, participant_id: int, trials: range) -> None:
    """Let trials wait for an answer again, whether they were answered or set aside.

    What was dropped waits too: the answers that made it needless are gone.
    """
    of_these = (
        PlannedTrial.participant_id == participant_id,
        PlannedTrial.trial_index >= trials.start,
        PlannedTrial.trial_index < trials.stop,
    )
    unsynchronised = {"synchronize_session": False}
    answered = select(PlannedTrial.id).where(*of_these)
    await session.execute(
        delete(Response).where(Response.planned_trial_id.in_(answered)), execution_options=unsynchronised
    )
    await session.execute(
        update(PlannedTrial).where(*of_these).values(set_aside_at=None), execution_options=unsynchronised
    )
    dropped = (PlannedTrial.participant_id == participant_id, PlannedTrial.dropped_at.is_not(None))
    await session.execute(
        update(PlannedTrial).where(*dropped).values(dropped_at=None), execution_options=unsynchronised
    )
