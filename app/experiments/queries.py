"""Reading studies and their links from the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Select, delete, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Base
from app.db.tables import (
    Bundle,
    Participant,
    Study,
    StudyBundle,
    StudyExclusion,
    StudyLink,
    StudyStimulus,
    Tombstone,
)


async def study_by_name(session: AsyncSession, name: str) -> Study | None:
    study: Study | None = await session.scalar(select(Study).where(Study.name == name))
    return study


async def study_by_code(session: AsyncSession, code: str) -> tuple[Study, StudyLink] | None:
    """The study that a link leads into, and the link."""
    query = select(Study, StudyLink).join(StudyLink).where(StudyLink.code == code)
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def lock_study(session: AsyncSession, study_id: int) -> Study:
    """The study as it is now, locked until the transaction ends.

    On SQLite there is no such lock, and a writing transaction has the whole database for itself anyway.
    """
    query = select(Study).where(Study.id == study_id).with_for_update()
    found = await session.scalars(query.execution_options(populate_existing=True))
    return found.one()


async def all_studies(session: AsyncSession) -> Sequence[Study]:
    """In the order in which they were made."""
    return (await session.scalars(select(Study).order_by(Study.id))).all()


async def links_of_study(session: AsyncSession, study_id: int) -> Sequence[StudyLink]:
    query = select(StudyLink).where(StudyLink.study_id == study_id).order_by(StudyLink.id)
    return (await session.scalars(query)).all()


@dataclass(frozen=True)
class NetworkBundle:
    """A bundle of a study, and what the study calls its network."""

    network: str
    bundle: Bundle


async def bundles_of_study(session: AsyncSession, study_id: int) -> list[NetworkBundle]:
    """A study's bundles in the order of its file; there is at least one."""
    return (await _bundles(session, StudyBundle.study_id == study_id))[study_id]


async def all_bundles(session: AsyncSession) -> dict[int, list[NetworkBundle]]:
    """The bundles of every study, by its id."""
    return await _bundles(session, true())


async def _bundles(session: AsyncSession, which: ColumnElement[bool]) -> dict[int, list[NetworkBundle]]:
    query = (
        select(StudyBundle.study_id, StudyBundle.network, Bundle)
        .join(Bundle, Bundle.id == StudyBundle.bundle_id)
        .where(which)
        .order_by(StudyBundle.study_id, StudyBundle.position)
    )
    found: dict[int, list[NetworkBundle]] = {}
    for study_id, network, bundle in await session.execute(query):
        found.setdefault(study_id, []).append(NetworkBundle(network, bundle))
    return found


async def remove_bundles(session: AsyncSession, study_id: int) -> None:
    await session.execute(delete(StudyBundle).where(StudyBundle.study_id == study_id))


@dataclass(frozen=True)
class OwnStimulus:
    """A stimulus that a study has beside its bundles."""

    id: int
    category: str
    media_type: str


async def own_stimuli(session: AsyncSession, study_id: int) -> list[OwnStimulus]:
    """Those of a study, in order, without their bytes."""
    query = select(StudyStimulus.id, StudyStimulus.category, StudyStimulus.media_type)
    query = query.where(StudyStimulus.study_id == study_id).order_by(StudyStimulus.id)
    return [OwnStimulus(*row) for row in await session.execute(query)]


async def remove_own_stimuli(session: AsyncSession, study_id: int) -> None:
    await session.execute(delete(StudyStimulus).where(StudyStimulus.study_id == study_id))


async def completed(session: AsyncSession, study_id: int) -> int:
    """How many live participants completed a study."""
    query = select(func.count()).where(
        Participant.study_id == study_id,
        Participant.audience == "live",
        Participant.status == "completed",
    )
    return await session.scalar(query) or 0


async def remove_sessions(session: AsyncSession, study_id: int) -> None:
    """Delete a study's participants with all that refers to them, whatever the table, and the tombstones."""
    participants = select(Participant.id).where(Participant.study_id == study_id)
    await _remove_referring(session, Participant.__table__, participants)
    await session.execute(delete(Participant).where(Participant.study_id == study_id))
    await session.execute(delete(Tombstone).where(Tombstone.study_id == study_id))


async def _remove_referring(session: AsyncSession, table: FromClause, ids: Select[int]) -> None:
    for other in Base.metadata.tables.values():
        for column in (key.parent for key in other.foreign_keys if key.column.table is table):
            rows = select(other.primary_key.columns[0]).where(column.in_(ids))
            await _remove_referring(session, other, rows)
            await session.execute(delete(other).where(column.in_(ids)))


async def excluded_studies(session: AsyncSession, study_id: int, name: str) -> Sequence[int]:
    """The studies that a study's file names as excluded, and those whose files name it."""
    named = select(StudyExclusion.excluded_name).where(StudyExclusion.study_id == study_id)
    naming = select(StudyExclusion.study_id).where(StudyExclusion.excluded_name == name)
    query = select(Study.id).where(or_(Study.name.in_(named), Study.id.in_(naming)), Study.id != study_id)
    return (await session.scalars(query)).all()


async def remove_exclusions(session: AsyncSession, study_id: int) -> None:
    await session.execute(delete(StudyExclusion).where(StudyExclusion.study_id == study_id))


async def all_links(session: AsyncSession) -> Sequence[StudyLink]:
    return (await session.scalars(select(StudyLink).order_by(StudyLink.id))).all()
