"""Reading studies and their links from the database."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Study, StudyLink


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
    return (await session.scalars(select(Study).order_by(Study.id))).all()


async def links_of_study(session: AsyncSession, study_id: int) -> Sequence[StudyLink]:
    query = select(StudyLink).where(StudyLink.study_id == study_id).order_by(StudyLink.id)
    return (await session.scalars(query)).all()


async def studies_with_bundles(session: AsyncSession) -> Sequence[Row[Study, Bundle]]:
    """All studies, newest first."""
    order = (Study.created_at.desc(), Study.id.desc())
    query = select(Study, Bundle).join(Bundle, Bundle.id == Study.bundle_id).order_by(*order)
    return (await session.execute(query)).all()


async def all_links(session: AsyncSession) -> Sequence[StudyLink]:
    return (await session.scalars(select(StudyLink).order_by(StudyLink.id))).all()
