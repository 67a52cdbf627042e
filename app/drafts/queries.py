"""Reading drafts of studies, what was saved of them, and the work asked for them."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, DraftJob, Study, StudyDraft, StudyDraftVersion

VERSIONS_KEPT = 50


async def draft_by_id(session: AsyncSession, draft_id: int, *, locked: bool = False) -> StudyDraft | None:
    query = select(StudyDraft).where(StudyDraft.id == draft_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def draft_of_study(session: AsyncSession, study_id: int) -> StudyDraft | None:
    found: StudyDraft | None = await session.scalar(select(StudyDraft).where(StudyDraft.study_id == study_id))
    return found


async def all_drafts(session: AsyncSession) -> Sequence[StudyDraft]:
    """Those saved last come first."""
    return (
        await session.scalars(select(StudyDraft).order_by(StudyDraft.saved_at.desc(), StudyDraft.id.desc()))
    ).all()


async def studies_by_id(session: AsyncSession) -> dict[int, Study]:
    return {one.id: one for one in await session.scalars(select(Study))}


async def names_taken(session: AsyncSession) -> frozenset[str]:
    """By studies and by drafts."""
    studies = await session.scalars(select(Study.name))
    drafts = await session.scalars(select(StudyDraft.name))
    return frozenset((*studies, *drafts))


async def version_of(session: AsyncSession, draft_id: int, version: int) -> StudyDraftVersion | None:
    query = select(StudyDraftVersion).where(
        StudyDraftVersion.draft_id == draft_id, StudyDraftVersion.version == version
    )
    return (await session.scalars(query)).one_or_none()


async def forget_old_versions(session: AsyncSession, draft: StudyDraft) -> None:
    """Keep the newest ones, and the one that a study was made of."""
    oldest = draft.version - VERSIONS_KEPT
    await session.execute(
        delete(StudyDraftVersion).where(
            StudyDraftVersion.draft_id == draft.id,
            StudyDraftVersion.version <= oldest,
            StudyDraftVersion.version != (draft.stored_version or 0),
        )
    )


async def remove(session: AsyncSession, draft: StudyDraft) -> None:
    for table in (DraftJob, StudyDraftVersion):
        await session.execute(delete(table).where(table.draft_id == draft.id))
    await session.delete(draft)


async def bundles(session: AsyncSession) -> Sequence[Bundle]:
    """All that were brought in, the newest first."""
    return (await session.scalars(select(Bundle).order_by(Bundle.id.desc()))).all()


async def job_by_id(session: AsyncSession, job_id: int) -> DraftJob | None:
    found: DraftJob | None = await session.get(DraftJob, job_id, populate_existing=True)
    return found


async def newest_job(session: AsyncSession, draft_id: int, kind: str) -> DraftJob | None:
    query = (
        select(DraftJob)
        .where(DraftJob.draft_id == draft_id, DraftJob.kind == kind)
        .order_by(DraftJob.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()
