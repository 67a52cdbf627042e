"""Reading and writing tokens and sessions."""

from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import AdminSession, SetupToken


async def use_setup_token(session: AsyncSession, token_sha256: str, now: datetime) -> bool:
    """Mark a valid token as used. One statement, so that of two at once only one succeeds."""
    result = await session.execute(
        update(SetupToken)
        .where(
            SetupToken.token_sha256 == token_sha256,
            SetupToken.used_at.is_(None),
            SetupToken.expires_at > now,
        )
        .values(used_at=now)
    )
    return cast(CursorResult[*tuple[()]], result).rowcount == 1


async def admin_session(session: AsyncSession, token_sha256: str) -> AdminSession | None:
    found: AdminSession | None = await session.scalar(
        select(AdminSession).where(AdminSession.token_sha256 == token_sha256)
    )
    return found


async def touch_admin_session(session: AsyncSession, session_id: int, now: datetime) -> None:
    await session.execute(update(AdminSession).where(AdminSession.id == session_id).values(last_seen_at=now))


async def delete_admin_session(session: AsyncSession, token_sha256: str) -> None:
    await session.execute(delete(AdminSession).where(AdminSession.token_sha256 == token_sha256))


async def delete_ended_sessions(session: AsyncSession, created_until: datetime, seen_until: datetime) -> None:
    await session.execute(
        delete(AdminSession).where(
            (AdminSession.created_at <= created_until) | (AdminSession.last_seen_at <= seen_until)
        )
    )
