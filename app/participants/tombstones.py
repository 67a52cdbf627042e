"""Knowing people again whose ids were deleted: by marks, from which the ids do not follow."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tokens import new_token
from app.db.tables import Tombstone
from app.participants import queries

What = Literal["person", "visit"]
Reason = Literal["withdrawn", "retention"]
REASONS: tuple[Reason, ...] = ("withdrawn", "retention")
# One secret for all studies of an installation: studies that exclude each other compare their marks.
SECRET = "tombstones"  # noqa: S105


def mark_of(secret: str, source: str, what: What, text: str) -> str:
    """64 hexadecimal digits: HMAC-SHA256 (RFC 2104) of an id, kept apart by recruiter and kind of id."""
    message = "\0".join((source, what, text))
    return hmac.digest(secret.encode(), message.encode(), sha256).hex()


async def bury(
    session: AsyncSession,
    study_id: int,
    audience: str,
    source: str,
    ids: dict[What, str | None],
    reason: Reason,
    now: datetime,
) -> None:
    """Keep marks instead of ids. A mark that is there stays; retention is stronger than withdrawal."""
    secret = await queries.installation_secret(session, SECRET)
    if secret is None:
        secret = await queries.keep_secret(session, SECRET, new_token(), now)
    for what, text in ids.items():
        if not text:
            continue
        mark = mark_of(secret, source, what, text)
        found = await queries.tombstone(session, study_id, audience, source, what, mark)
        if found is None:
            session.add(
                Tombstone(
                    study_id=study_id, audience=audience, source=source, what=what, mark=mark, reason=reason
                )
            )
            await session.flush()
        elif reason == "retention":
            found.reason = reason


async def is_buried(
    session: AsyncSession,
    study_ids: Sequence[int],
    audience: str,
    source: str,
    person: str,
    reasons: Sequence[Reason] = REASONS,
) -> bool:
    """Whether a person took part in one of these studies whose id was deleted for one of these reasons."""
    secret = await queries.installation_secret(session, SECRET) if study_ids else None
    if secret is None:
        return False
    mark = mark_of(secret, source, "person", person)
    return await queries.has_tombstone(session, study_ids, audience, source, mark, reasons)


async def buried_visits(session: AsyncSession, study_id: int, source: str, visits: Sequence[str]) -> set[str]:
    """Those of these visits of live participants whose ids were deleted."""
    secret = await queries.installation_secret(session, SECRET) if visits else None
    if secret is None:
        return set()
    marks = {mark_of(secret, source, "visit", visit): visit for visit in visits}
    found = await queries.buried_marks(session, study_id, source, list(marks))
    return {marks[mark] for mark in found}
