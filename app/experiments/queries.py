"""Reading studies and their links from the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Study, StudyBundle, StudyLink


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


async def all_links(session: AsyncSession) -> Sequence[StudyLink]:
    return (await session.scalars(select(StudyLink).order_by(StudyLink.id))).all()
