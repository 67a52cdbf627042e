"""Reading and changing synthesis runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import SynthesisRun
from app.synthesis_runs.schemas import TAKEN, Claim


async def all_runs(session: AsyncSession) -> Sequence[SynthesisRun]:
    """All runs, newest first."""
    return (await session.scalars(select(SynthesisRun).order_by(SynthesisRun.id.desc()))).all()


async def run_by_id(session: AsyncSession, run_id: int) -> SynthesisRun | None:
    return await session.get(SynthesisRun, run_id)


async def lock_run(session: AsyncSession, run_id: int) -> SynthesisRun | None:
    """The run as it is now, locked until the transaction ends.

    On SQLite there is no such lock, and a writing transaction has the whole database for itself anyway.
    """
    query = select(SynthesisRun).where(SynthesisRun.id == run_id).with_for_update()
    found: SynthesisRun | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def next_run(session: AsyncSession, stale_before: datetime) -> SynthesisRun | None:
    """The oldest run that waits for a worker or has lost its own, locked; passes over those locked by others.

    On SQLite the transaction must be a writing one: it has the database for itself.
    """
    run = SynthesisRun
    lost = and_(run.state.in_(TAKEN), run.heartbeat_at < stale_before)
    query = (
        select(run)
        .where(or_(run.state == "queued", lost))
        .order_by(run.queued_at, run.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found: SynthesisRun | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def state_of(session: AsyncSession, claim: Claim) -> str | None:
    """The state of a claimed run; None if it is no longer the claim's."""
    found: str | None = await session.scalar(select(SynthesisRun.state).where(_still_claimed(claim)))
    return found


async def change_claimed(session: AsyncSession, claim: Claim, **values: Any) -> str | None:
    """Change a claimed run and return its state; None, and no change, if it is no longer the claim's."""
    statement = (
        update(SynthesisRun).where(_still_claimed(claim)).values(**values).returning(SynthesisRun.state)
    )
    found: str | None = await session.scalar(statement)
    return found


def _still_claimed(claim: Claim) -> Any:
    own = (SynthesisRun.id == claim.run_id, SynthesisRun.attempt == claim.attempt)
    return and_(*own, SynthesisRun.state.in_(TAKEN))
