"""The audit log: what was changed on the experimenter's side, by whom and when."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries
from app.accounts.actor import Actor
from app.accounts.chain import FIRST, Entry, Verdict, verified
from app.db.tables import AuditRow

PAGE = 100


async def record(
    session: AsyncSession, actor: Actor, action: str, subject: str, detail: dict[str, Any], now: datetime
) -> AuditRow:
    """Append a row in the transaction of the change itself: neither is stored without the other.

    `action` is like "study.opened", `subject` like "study NAME". `detail` holds short values, no secret and
    nothing of a participant but the number. On Postgres, writers of the log wait for each other until their
    transactions end.
    """
    last = await queries.last_audit_row(session)
    entry = Entry(
        position=1 if last is None else last.position + 1,
        happened_at=now,
        actor=actor.name,
        user_id=actor.user_id,
        action=action,
        subject=subject,
        detail=detail,
        previous_sha256=FIRST if last is None else last.sha256,
    )
    row = AuditRow(**vars(entry), sha256=entry.sha256)
    session.add(row)
    await session.flush()
    return row


async def verify(session: AsyncSession) -> Verdict:
    """Follow the whole chain."""
    rows = await queries.audit_rows(session)
    return verified((entry_of(row), row.sha256) for row in rows)


async def contains(session: AsyncSession, sha256: str) -> bool:
    """Whether a row has this hash."""
    return await queries.has_audit_row(session, sha256)


def entry_of(row: AuditRow) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})


async def newest(
    session: AsyncSession, *, subject: str | None = None, before: int | None = None
) -> list[AuditRow]:
    """A page of rows, the newest first; of one subject if it is given, and older than `before`."""
    return await queries.newest_audit_rows(session, PAGE, subject, before)
