"""Reading bundles and stimuli from the database."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Stimulus
from app.stimuli.schemas import Picture


async def bundle_by_digest(session: AsyncSession, digest: str) -> Bundle | None:
    bundle: Bundle | None = await session.scalar(select(Bundle).where(Bundle.digest == digest))
    return bundle


async def get_bundle(session: AsyncSession, bundle_id: int) -> Bundle:
    return await session.get_one(Bundle, bundle_id)


async def pictures_of_bundle(session: AsyncSession, bundle_id: int) -> list[Picture]:
    """All pictures of a bundle."""
    query = select(
        Stimulus.id,
        Stimulus.natural_id,
        Stimulus.category,
        Stimulus.condition,
        Stimulus.seed,
        Stimulus.certified,
    ).where(Stimulus.bundle_id == bundle_id)
    return [Picture(*row) for row in await session.execute(query)]
