"""What exports read from the database beside the analysis."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Participant, Recruitment, Stimulus, StudyBundle
from synthesis.bundle.manifest import NATURAL


async def beginnings(session: AsyncSession, study_id: int, audience: str) -> dict[int, datetime]:
    """When each participant consented."""
    query = select(Participant.id, Participant.consented_at).where(
        Participant.study_id == study_id, Participant.audience == audience
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def panel_ids(
    session: AsyncSession, study_id: int, audience: str
) -> Sequence[Row[int, str, str, str | None, str | None]]:
    """(participant, source, person, visit, errand) of those who came by a recruiter or gave a number."""
    query = select(
        Recruitment.participant_id,
        Recruitment.source,
        Recruitment.person,
        Recruitment.visit,
        Recruitment.errand,
    ).where(Recruitment.study_id == study_id, Recruitment.audience == audience)
    return (await session.execute(query.order_by(Recruitment.participant_id))).all()


async def blobs(session: AsyncSession, study_id: int) -> dict[str, tuple[str, str]]:
    """(place of the bundle, media type) of each stimulus's bytes in a study's bundles."""
    query = (
        select(Stimulus.blob_sha256, Bundle.path, Stimulus.media_type)
        .join(Bundle, Bundle.id == Stimulus.bundle_id)
        .join(StudyBundle, StudyBundle.bundle_id == Bundle.id)
        .where(StudyBundle.study_id == study_id)
        .order_by(StudyBundle.position.desc(), Stimulus.id)
    )
    return {sha256: (path, media_type) for sha256, path, media_type in await session.execute(query)}


async def originals(session: AsyncSession, study_id: int) -> dict[str, str]:
    """The blob of each natural stimulus of a study by its name, as the first bundle has it."""
    query = (
        select(Stimulus.natural_id, Stimulus.blob_sha256)
        .join(StudyBundle, StudyBundle.bundle_id == Stimulus.bundle_id)
        .where(StudyBundle.study_id == study_id, Stimulus.condition == NATURAL)
        .order_by(StudyBundle.position.desc(), Stimulus.id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
