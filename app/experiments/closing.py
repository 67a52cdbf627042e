"""When a study closes by itself: enough have completed it, or its results are as precise as it declared."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.db.tables import Study
from app.experiments import queries
from app.experiments.schemas import ClosedBy, StudyDefinition

RULE = Actor.system("the study's own rule")


async def close_if_complete(
    session: AsyncSession, study: Study, definition: StudyDefinition, now: datetime
) -> bool:
    """Close a study of which as many live participants as wanted are complete; whether it was closed.

    The study's row must be locked. Drop-outs and those who were screened out do not count.
    """
    if definition.close_at == "never" or study.status not in ("open", "paused"):
        return False
    if await queries.completed(session, study.id) < definition.participants:
        return False
    await close(session, study, "participants", now)
    return True


async def close(session: AsyncSession, study: Study, rule: ClosedBy, now: datetime) -> None:
    """Close an open study by one of its rules. Those who have begun go on."""
    study.status, study.closed_at, study.closed_by = "closed", now, rule
    await audit.record(session, RULE, "study.closed", f"study {study.name}", {"rule": rule}, now)


def has_places(definition: StudyDefinition, held: int) -> bool:
    """Whether another live participant may begin.

    `held` are the plans of those who completed, or are at it and were seen lately: whoever is at it has a
    place, so that no more complete the study than it wants, but for those who come back late.
    """
    return definition.close_at == "never" or held < definition.participants


def is_full(study: Study) -> bool:
    """Whether the study closed by a rule of its own."""
    return study.status == "closed" and study.closed_by is not None
