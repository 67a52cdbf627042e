"""Signing in and out: a password, then the second factor if the account has one; sessions end in time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, queries
from app.accounts.actor import Actor, Role

# What other domains may read of accounts.
from app.accounts.queries import all_users as all_users
from app.accounts.queries import members_of as members_of
from app.accounts.queries import open_invitations as open_invitations
from app.accounts.queries import passkeys_of as passkeys_of
from app.accounts.queries import recovery_codes_left as recovery_codes_left
from app.accounts.queries import sessions_of as sessions_of
from app.accounts.queries import tokens_of as tokens_of
from app.accounts.queries import users_with_passkeys as users_with_passkeys
from app.accounts.second_factors import plain, totp_step
from app.accounts.signed_in import SignedIn
from app.core.errors import Unauthorized
from app.core.tokens import new_token, token_sha256
from app.db.tables import AdminSession, ApiToken, User

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
PENDING_LIFE = timedelta(minutes=10)
TOUCH_EVERY = timedelta(minutes=1)  # so that reading a page seldom has to write
BROWSER_CHARACTERS = 200


class Waiting(NamedTuple):
    """A sign-in whose second factor is still asked for, and what the account has of them."""

    session: AdminSession
    user: User
    totp: bool
    passkeys: bool


def plain_email(email: str) -> str:
    """An address as it is stored and compared."""
    return email.strip().casefold()


async def user_of(session: AsyncSession, email: str) -> User | None:
    """The account of an address, unless it is disabled."""
    user = await queries.user_by_email(session, plain_email(email))
    return None if user is None or user.disabled_at is not None else user


async def has_second_factor(session: AsyncSession, user: User) -> bool:
    return user.totp_confirmed_at is not None or bool(await queries.passkeys_of(session, user.id))


async def begin(session: AsyncSession, user: User, browser: str, now: datetime) -> tuple[str, bool]:
    """A new session of somebody whose password was right: its secret, and whether a second factor is due."""
    await queries.delete_ended_sessions(session, now - SESSION_LIFE, now - SESSION_IDLE)
    pending = await has_second_factor(session, user)
    secret = await _new_session(session, user.id, browser, pending, now)
    if not pending:
        await _note(session, user, "signed_in", now)
    return secret, pending


async def _new_session(
    session: AsyncSession, user_id: int, browser: str, pending: bool, now: datetime
) -> str:
    secret = new_token()
    row = AdminSession(
        user_id=user_id,
        token_sha256=token_sha256(secret),
        pending=pending,
        browser=browser[:BROWSER_CHARACTERS],
        created_at=now,
        last_seen_at=now,
    )
    session.add(row)
    await session.flush()
    return secret


async def waiting(session: AsyncSession, secret: str, now: datetime) -> Waiting:
    """The sign-in that waits for its second factor. Raises `Unauthorized`."""
    found = await queries.session_and_user(session, token_sha256(secret))
    if found is None or not found[0].pending or now - found[0].created_at >= PENDING_LIFE:
        raise Unauthorized("sign_in_over", "This sign-in is over. Please begin again with your password.")
    row, user = found
    keys = await queries.passkeys_of(session, user.id)
    return Waiting(row, user, totp=user.totp_confirmed_at is not None, passkeys=bool(keys))


async def check_code(session: AsyncSession, user: User, code: str, now: datetime) -> None:
    """Take a code of the authenticator, or a recovery code; each works once. Raises `Unauthorized`."""
    if user.totp_secret is not None and user.totp_confirmed_at is not None:
        step = totp_step(user.totp_secret, code, now)
        if step is not None and await queries.take_totp_step(session, user.id, step):
            return
    if await queries.use_recovery_code(session, user.id, token_sha256(plain(code)), now):
        await _note(session, user, "recovery_code_used", now)
        return
    raise Unauthorized(
        "code_refused", "This code is wrong, or was used already. Please wait for the next one."
    )


async def complete(session: AsyncSession, found: Waiting, secret: str, now: datetime) -> str:
    """The secret of the whole session, which takes the place of the one that waited."""
    await queries.delete_session(session, token_sha256(secret))
    await _note(session, found.user, "signed_in", now)
    return await _new_session(session, found.user.id, found.session.browser, False, now)


async def find(session: AsyncSession, secret: str, now: datetime) -> SignedIn | None:
    """Who is signed in by this secret; None if nobody is, or the session has ended."""
    found = await queries.session_and_user(session, token_sha256(secret))
    if found is None or found[0].pending:
        return None
    row, user = found
    if now - row.created_at >= SESSION_LIFE or now - row.last_seen_at >= SESSION_IDLE:
        return None
    return SignedIn(await _actor(session, user), user, row)


async def find_by_token(session: AsyncSession, token: str, now: datetime) -> tuple[Actor, ApiToken] | None:
    """Who acts by an API token; None if it is not known, revoked or expired."""
    found = await queries.token_and_user(session, token_sha256(token), now)
    if found is None:
        return None
    stored, user = found
    return await _actor(session, user, stored), stored


async def _actor(session: AsyncSession, user: User, token: ApiToken | None = None) -> Actor:
    role: Role = user.role  # type: ignore[assignment]  # the table's check constraint
    studies = {} if role == "owner" else await studies_of(session, user.id)
    if token is None:
        return Actor(user.email, user.id, role, studies)
    name = f"{user.email} by the token {token.name!r}"
    return Actor(name, user.id, role, studies, token.role, token.study_id)  # type: ignore[arg-type]


async def studies_of(session: AsyncSession, user_id: int) -> dict[int, Role]:
    """The account's role in each study that was shared with it, by the study's id."""
    return {one.study_id: one.role for one in await queries.memberships_of(session, user_id)}  # type: ignore[misc]


def needs_touch(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= TOUCH_EVERY


async def touch(session: AsyncSession, session_id: int, now: datetime) -> None:
    """Note that a session is in use, which puts off its idle time-out."""
    await queries.touch_session(session, session_id, now)


async def touch_token(session: AsyncSession, token_id: int, now: datetime) -> None:
    await queries.touch_token(session, token_id, now)


async def sign_out(session: AsyncSession, secret: str, now: datetime) -> None:
    """End the session on the server, whatever the browser keeps."""
    found = await queries.session_and_user(session, token_sha256(secret))
    if found is not None and not found[0].pending:
        await _note(session, found[1], "signed_out", now)
    await queries.delete_session(session, token_sha256(secret))


async def _note(session: AsyncSession, user: User, what: str, now: datetime) -> None:
    actor = Actor(user.email, user.id)
    await audit.record(session, actor, f"account.{what}", f"account {user.email}", {}, now)
