"""Who is signed in: one-time tokens from the command line, and sessions that end by themselves."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries
from app.core.errors import Unauthorized
from app.core.tokens import new_token, token_sha256
from app.db.tables import AdminSession, SetupToken

TOKEN_LIFE = timedelta(hours=24)
SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
TOUCH_EVERY = timedelta(minutes=1)  # so that reading a page seldom has to write


async def issue_token(session: AsyncSession, now: datetime) -> tuple[str, datetime]:
    """A new one-time token and the moment until which it can be used."""
    token, expires_at = new_token(), now + TOKEN_LIFE
    session.add(SetupToken(token_sha256=token_sha256(token), created_at=now, expires_at=expires_at))
    await session.flush()
    return token, expires_at


async def sign_in(session: AsyncSession, token: str, now: datetime) -> str:
    """Use up a one-time token and return the secret of a new session.

    The token is looked up by its SHA-256, so how long that takes tells nothing about the token. Raises
    `Unauthorized` with one message whether it is wrong, used or expired.
    """
    if not await queries.use_setup_token(session, token_sha256(token.strip()), now):
        raise Unauthorized(
            "token_refused",
            "This token is wrong, was used already or is older than 24 hours. "
            "Print a new one with: metamerlab admin token",
        )
    await queries.delete_ended_sessions(session, now - SESSION_LIFE, now - SESSION_IDLE)
    secret = new_token()
    session.add(AdminSession(token_sha256=token_sha256(secret), created_at=now, last_seen_at=now))
    await session.flush()
    return secret


async def find_session(session: AsyncSession, secret: str, now: datetime) -> AdminSession | None:
    """The running session of this secret; None if there is none or it has ended."""
    found = await queries.admin_session(session, token_sha256(secret))
    if found is None or now - found.created_at >= SESSION_LIFE or now - found.last_seen_at >= SESSION_IDLE:
        return None
    return found


def needs_touch(found: AdminSession, now: datetime) -> bool:
    return now - found.last_seen_at >= TOUCH_EVERY


async def touch(session: AsyncSession, found: AdminSession, now: datetime) -> None:
    """Note that the session is in use, which puts off its idle time-out."""
    await queries.touch_admin_session(session, found.id, now)


async def sign_out(session: AsyncSession, secret: str) -> None:
    """End the session on the server, whatever the browser keeps."""
    await queries.delete_admin_session(session, token_sha256(secret))
