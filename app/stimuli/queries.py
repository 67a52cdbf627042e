"""Reading bundles and stimuli from the database."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Stimulus, SynthesisRun
from app.stimuli.schemas import Candidate, LevelPicture, Measured, Which
from synthesis.bundle.manifest import NATURAL

# The levels of a bundle are numbered below it; pictures that were made while a study ran, from it on.
MADE_LIVE = 10_000


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
        func.coalesce(Stimulus.certificate["fault"].as_string(), ""),
    ).where(Stimulus.bundle_id == bundle_id)
    return [Candidate(*row) for row in await session.execute(query)]


async def level_pictures(session: AsyncSession, bundle_id: int) -> list[LevelPicture]:
    """All levels that a bundle of dimensions came with, rising."""
    query = (
        select(
            Stimulus.id,
            Stimulus.natural_id,
            Stimulus.condition,
            Stimulus.seed,
            Stimulus.certificate["target"].as_float(),
            Stimulus.certificate["value"].as_float(),
            Stimulus.certified,
        )
        .where(Stimulus.bundle_id == bundle_id, Stimulus.condition != NATURAL, Stimulus.seed < MADE_LIVE)
        .order_by(Stimulus.seed)
    )
    return [LevelPicture(*row) for row in await session.execute(query)]


async def certified_counts(session: AsyncSession, bundle_id: int) -> dict[tuple[str, bool], int]:
    """Number of stimuli of a bundle by (condition, whether certified)."""
    query = (
        select(Stimulus.condition, Stimulus.certified, func.count())
        .where(Stimulus.bundle_id == bundle_id)
        .group_by(Stimulus.condition, Stimulus.certified)
    )
    return {(condition, certified): n for condition, certified, n in await session.execute(query)}


async def answers_nothing(session: AsyncSession, bundle_id: int) -> bool:
    """Whether a bundle's network answered nothing, so that its metamers are certified by the null alone."""
    answer = Stimulus.certificate["natural_answer"].as_string()
    query = select(func.count(), func.count(func.nullif(answer, "")))
    query = query.where(Stimulus.bundle_id == bundle_id, Stimulus.condition != NATURAL)
    metamers, answered = (await session.execute(query)).one()
    return bool(metamers) and not answered


async def sources_of_naturals(session: AsyncSession, bundle_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """(bundle, natural stimulus, SHA-256 of the file that it was made from)."""
    query = select(Stimulus.bundle_id, Stimulus.natural_id, func.coalesce(Stimulus.source_sha256, ""))
    query = query.where(Stimulus.bundle_id.in_(bundle_ids), Stimulus.condition == NATURAL)
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def all_bundles(session: AsyncSession) -> Sequence[Bundle]:
    """All bundles, newest first."""
    return (await session.scalars(select(Bundle).order_by(Bundle.id.desc()))).all()


async def counts_of_all(session: AsyncSession) -> dict[int, dict[tuple[str, bool], int]]:
    """Of each bundle the number of stimuli by (condition, whether certified)."""
    query = select(Stimulus.bundle_id, Stimulus.condition, Stimulus.certified, func.count()).group_by(
        Stimulus.bundle_id, Stimulus.condition, Stimulus.certified
    )
    found: dict[int, dict[tuple[str, bool], int]] = {}
    for bundle_id, condition, certified, number in await session.execute(query):
        found.setdefault(bundle_id, {})[(condition, certified)] = number
    return found


def _naturals(bundle_id: int, *, failures: bool) -> Select[Stimulus]:
    query = select(Stimulus).where(Stimulus.bundle_id == bundle_id, Stimulus.condition == NATURAL)
    if not failures:
        return query
    failed = select(Stimulus.natural_id).where(Stimulus.bundle_id == bundle_id, ~Stimulus.certified)
    return query.where(Stimulus.natural_id.in_(failed))


async def page_of_naturals(
    session: AsyncSession, bundle_id: int, start: int, count: int, *, failures: bool
) -> Sequence[Stimulus]:
    """Natural stimuli by category; with `failures` those of which a metamer has no certificate."""
    query = _naturals(bundle_id, failures=failures).order_by(Stimulus.category, Stimulus.natural_id)
    return (await session.scalars(query.offset(start).limit(count))).all()


async def number_of_naturals(session: AsyncSession, bundle_id: int, *, failures: bool) -> int:
    query = select(func.count()).select_from(_naturals(bundle_id, failures=failures).subquery())
    return int(await session.scalar(query) or 0)


async def metamers_of(
    session: AsyncSession, bundle_id: int, natural_ids: Sequence[str]
) -> Sequence[Stimulus]:
    """The metamers of some natural stimuli, by seed."""
    query = select(Stimulus).where(
        Stimulus.bundle_id == bundle_id,
        Stimulus.natural_id.in_(natural_ids),
        Stimulus.condition != NATURAL,
    )
    return (await session.scalars(query.order_by(Stimulus.seed, Stimulus.id))).all()


async def stimulus_with_blob(session: AsyncSession, bundle_id: int, sha256: str) -> Stimulus | None:
    query = select(Stimulus).where(Stimulus.bundle_id == bundle_id, Stimulus.blob_sha256 == sha256).limit(1)
    found: Stimulus | None = await session.scalar(query)
    return found


async def find_bundle(session: AsyncSession, bundle_id: int) -> Bundle | None:
    return await session.get(Bundle, bundle_id)


async def find_stimulus(session: AsyncSession, stimulus_id: int) -> Stimulus | None:
    return await session.get(Stimulus, stimulus_id)


async def run_of_bundle(session: AsyncSession, bundle_id: int) -> tuple[int, str] | None:
    """Number and name of the synthesis run that made a bundle, if one did."""
    query = select(SynthesisRun.id, SynthesisRun.name).where(SynthesisRun.bundle_id == bundle_id).limit(1)
    row = (await session.execute(query)).first()
    return None if row is None else (row[0], row[1])


async def level_counts(
    session: AsyncSession, bundle_ids: Sequence[int]
) -> dict[int, dict[tuple[str, bool], int]]:
    """As `counts_of_all`, without the pictures that were made while a study ran."""
    query = (
        select(Stimulus.bundle_id, Stimulus.condition, Stimulus.certified, func.count())
        .where(Stimulus.bundle_id.in_(bundle_ids), Stimulus.seed < MADE_LIVE)
        .group_by(Stimulus.bundle_id, Stimulus.condition, Stimulus.certified)
    )
    found: dict[int, dict[tuple[str, bool], int]] = {}
    for bundle_id, condition, certified, number in await session.execute(query):
        found.setdefault(bundle_id, {})[(condition, certified)] = number
    return found


async def number_made_live(session: AsyncSession, bundle_id: int) -> int:
    """Pictures of a bundle of dimensions that were made while a study ran."""
    query = select(func.count()).where(Stimulus.bundle_id == bundle_id, Stimulus.seed >= MADE_LIVE)
    return int(await session.scalar(query) or 0)


async def measured(session: AsyncSession, bundle_id: int, dimensions: Sequence[str]) -> list[Measured]:
    """All levels of some dimensions that a bundle came with."""
    query = select(
        Stimulus.condition,
        Stimulus.certificate["target"].as_float(),
        Stimulus.certificate["value"].as_float(),
        Stimulus.certificate["rms"].as_float(),
        Stimulus.certified,
        func.coalesce(Stimulus.certificate["fault"].as_string(), ""),
    ).where(Stimulus.bundle_id == bundle_id, Stimulus.condition.in_(dimensions), Stimulus.seed < MADE_LIVE)
    return [Measured(*row) for row in await session.execute(query.order_by(Stimulus.id))]


def _originals(bundle_id: int, dimension: str, which: Which) -> Select[Stimulus]:
    query = select(Stimulus).where(Stimulus.bundle_id == bundle_id, Stimulus.condition == NATURAL)
    if not which:
        return query
    moved = select(Stimulus.natural_id).where(
        Stimulus.bundle_id == bundle_id, Stimulus.condition == dimension
    )
    if which == "live":
        return query.where(Stimulus.natural_id.in_(moved.where(Stimulus.seed >= MADE_LIVE)))
    failed = moved.where(Stimulus.seed < MADE_LIVE, ~Stimulus.certified)
    return query.where(Stimulus.natural_id.in_(failed))


async def page_of_originals(
    session: AsyncSession, bundle_id: int, dimension: str, start: int, count: int, which: Which
) -> Sequence[Stimulus]:
    """Originals by category."""
    query = _originals(bundle_id, dimension, which).order_by(Stimulus.category, Stimulus.natural_id)
    return (await session.scalars(query.offset(start).limit(count))).all()


async def number_of_originals(session: AsyncSession, bundle_id: int, dimension: str, which: Which) -> int:
    query = select(func.count()).select_from(_originals(bundle_id, dimension, which).subquery())
    return int(await session.scalar(query) or 0)


async def levels_of(
    session: AsyncSession, bundle_id: int, dimension: str, natural_ids: Sequence[str], *, live: bool
) -> Sequence[Stimulus]:
    """The pictures of some originals along a dimension, by level: the bundle's, or those made for a study."""
    query = select(Stimulus).where(
        Stimulus.bundle_id == bundle_id,
        Stimulus.condition == dimension,
        Stimulus.natural_id.in_(natural_ids),
        Stimulus.seed >= MADE_LIVE if live else Stimulus.seed < MADE_LIVE,
    )
    return (await session.scalars(query.order_by(Stimulus.seed))).all()
