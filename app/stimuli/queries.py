"""Reading bundles and stimuli from the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Stimulus


async def bundle_by_digest(session: AsyncSession, digest: str) -> Bundle | None:
    bundle: Bundle | None = await session.scalar(select(Bundle).where(Bundle.digest == digest))
    return bundle


async def get_bundle(session: AsyncSession, bundle_id: int) -> Bundle:
    return await session.get_one(Bundle, bundle_id)


async def stimuli_of_bundle(session: AsyncSession, bundle_id: int) -> Sequence[Stimulus]:
    """All stimuli of a bundle in a fixed order."""
    order = (Stimulus.natural_id, Stimulus.condition, Stimulus.seed)
    found = await session.scalars(select(Stimulus).where(Stimulus.bundle_id == bundle_id).order_by(*order))
    return found.all()
