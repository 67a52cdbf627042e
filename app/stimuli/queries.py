"""Reading bundles and stimuli from the database."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Stimulus
from app.stimuli.schemas import Candidate
from synthesis.bundle.manifest import NATURAL


async def bundle_by_digest(session: AsyncSession, digest: str) -> Bundle | None:
    bundle: Bundle | None = await session.scalar(select(Bundle).where(Bundle.digest == digest))
    return bundle


async def without_sources(session: AsyncSession, bundle_id: int) -> Sequence[Stimulus]:
    """Natural stimuli of a bundle that was stored when their sources were not."""
    query = select(Stimulus).where(
        Stimulus.bundle_id == bundle_id, Stimulus.condition == NATURAL, Stimulus.source_sha256.is_(None)
    )
    return (await session.scalars(query)).all()


async def get_bundle(session: AsyncSession, bundle_id: int) -> Bundle:
    return await session.get_one(Bundle, bundle_id)


async def stimuli_of_bundle(session: AsyncSession, bundle_id: int) -> list[Candidate]:
    """All stimuli of a bundle."""
    query = select(
        Stimulus.id,
        Stimulus.natural_id,
        Stimulus.category,
        Stimulus.condition,
        Stimulus.seed,
        Stimulus.certified,
        func.coalesce(Stimulus.source_sha256, ""),
    ).where(Stimulus.bundle_id == bundle_id)
    return [Candidate(*row) for row in await session.execute(query)]


async def certified_counts(session: AsyncSession, bundle_id: int) -> dict[tuple[str, bool], int]:
    """Number of stimuli of a bundle by (condition, whether certified)."""
    query = (
        select(Stimulus.condition, Stimulus.certified, func.count())
        .where(Stimulus.bundle_id == bundle_id)
        .group_by(Stimulus.condition, Stimulus.certified)
    )
    return {(condition, certified): n for condition, certified, n in await session.execute(query)}


async def sources_of_naturals(session: AsyncSession, bundle_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """(bundle, natural stimulus, SHA-256 of the file that it was made from)."""
    query = select(Stimulus.bundle_id, Stimulus.natural_id, func.coalesce(Stimulus.source_sha256, ""))
    query = query.where(Stimulus.bundle_id.in_(bundle_ids), Stimulus.condition == NATURAL)
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]
