"""Accounts: the first owner, invitations, new passwords, roles, disabling; and the links that do it once."""

import re
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, passwords, queries
from app.accounts.actor import Actor, Role
from app.accounts.service import plain_email
from app.accounts.signed_in import SignedIn
from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.tokens import new_token, token_sha256
from app.db.tables import AccountLink, User

Purpose = Literal["setup", "invite", "reset"]
LINK_LIFE = {"setup": timedelta(hours=24), "invite": timedelta(days=7), "reset": timedelta(hours=24)}
EMAIL = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,180}")


async def issue_setup(session: AsyncSession, now: datetime) -> tuple[str, datetime]:
    """A link that makes the first owner. Raises `Conflict` once there is one."""
    if await has_owner(session):
        raise Conflict(
            "set_up_already",
            "this installation has an owner; for who cannot sign in: metamerlab admin reset EMAIL",
        )
    return await _issue(session, "setup", "owner", now)


async def has_owner(session: AsyncSession) -> bool:
    """Whether somebody can sign in who may do everything."""
    return await queries.count_owners(session) > 0


async def invite(
    session: AsyncSession, actor: Actor, email: str, role: Role, now: datetime
) -> tuple[str, datetime]:
    """A link by which the person with this address makes an account. An earlier one no longer works."""
    actor.require_owner()
    address = checked_email(email)
    if await queries.user_by_email(session, address) is not None:
        raise Conflict("account_exists", f"{address} has an account already.")
    await queries.revoke_links(session, now, email=address)
    detail = {"role": role}
    await audit.record(session, actor, "account.invited", f"account {address}", detail, now)
    return await _issue(session, "invite", role, now, email=address)


async def issue_reset(
    session: AsyncSession, actor: Actor, email: str, now: datetime, *, drops_second_factors: bool = False
) -> tuple[str, datetime]:
    """A link by which the account gets a new password, and loses its second factors if that is wanted."""
    actor.require_owner()
    user = await account(session, email)
    await queries.revoke_links(session, now, user_id=user.id)
    detail = {"drops_second_factors": drops_second_factors}
    await audit.record(session, actor, "account.reset_issued", f"account {user.email}", detail, now)
    return await _issue(session, "reset", user.role, now, user_id=user.id, drops=drops_second_factors)


async def _issue(
    session: AsyncSession,
    purpose: Purpose,
    role: str,
    now: datetime,
    *,
    email: str | None = None,
    user_id: int | None = None,
    drops: bool = False,
) -> tuple[str, datetime]:
    token, expires_at = new_token(), now + LINK_LIFE[purpose]
    link = AccountLink(
        token_sha256=token_sha256(token),
        purpose=purpose,
        user_id=user_id,
        email=email,
        role=role,
        drops_second_factors=drops,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    await session.flush()
    return token, expires_at


async def link_of(session: AsyncSession, token: str, now: datetime) -> AccountLink:
    """The link of a token, which is not used up by this. Raises `Gone`, with one message for all reasons."""
    link = await queries.account_link(session, token_sha256(token.strip()), now)
    if link is None or (link.purpose == "setup" and await has_owner(session)):
        raise Gone("link_over", "This link is wrong, was used already or is too old. Ask for another one.")
    return link


async def follow(
    session: AsyncSession, token: str, email: str, name: str, password_hash: str, now: datetime
) -> User:
    """Do what the link is for, once: make the account, or set the password. Raises `Gone` or `Conflict`."""
    link = await link_of(session, token, now)
    if not await queries.use_account_link(session, link.token_sha256, now):
        raise Gone("link_over", "This link was used already.")
    if link.purpose == "reset":
        assert link.user_id is not None  # _issue
        return await _reset(session, link, password_hash, now)
    address = checked_email(email if link.email is None else link.email)
    if await queries.user_by_email(session, address) is not None:
        raise Conflict("account_exists", f"{address} has an account already.")
    user = User(
        email=address,
        name=checked_name(name),
        role=link.role,
        password_hash=password_hash,
        password_changed_at=now,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    await audit.record(
        session, _themselves(user), "account.created", f"account {address}", {"role": link.role}, now
    )
    return user


async def _reset(session: AsyncSession, link: AccountLink, password_hash: str, now: datetime) -> User:
    user = await queries.lock_user(session, link.user_id or 0)
    if user.disabled_at is not None:
        raise Gone("account_disabled", "This account is disabled. An owner can enable it again.")
    if link.drops_second_factors:
        await drop_second_factors(session, user)
    await _set_password(session, user, password_hash, now)
    await audit.record(session, _themselves(user), "account.password_reset", f"account {user.email}", {}, now)
    return user


async def change_password(session: AsyncSession, who: SignedIn, password_hash: str, now: datetime) -> None:
    """Set a new password; all other sessions of the account end, and links to reset it no longer work."""
    user = await queries.lock_user(session, who.user.id)
    await _set_password(session, user, password_hash, now, but=who.session.id)
    await audit.record(session, who.actor, "account.password_changed", f"account {user.email}", {}, now)


async def _set_password(
    session: AsyncSession, user: User, password_hash: str, now: datetime, but: int | None = None
) -> None:
    user.password_hash, user.password_changed_at = password_hash, now
    await queries.delete_sessions(session, user.id, but=but)
    await queries.revoke_links(session, now, user_id=user.id)


async def drop_second_factors(session: AsyncSession, user: User) -> None:
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    await queries.delete_passkeys(session, user.id)
    await queries.delete_recovery_codes(session, user.id)


async def change_role(session: AsyncSession, actor: Actor, email: str, role: Role, now: datetime) -> None:
    """Raises `Forbidden`, `NotFound`, or `Conflict` for the last owner."""
    actor.require_owner()
    user = await account(session, email)
    if role != "owner":
        await _keep_an_owner(session, user)
    detail = {"before": user.role, "after": role}
    user.role = role
    await audit.record(session, actor, "account.role_changed", f"account {user.email}", detail, now)


async def disable(session: AsyncSession, actor: Actor, email: str, now: datetime) -> None:
    """End all that the account can do: its sessions, tokens and links. Raises as `change_role`."""
    actor.require_owner()
    user = await account(session, email)
    await _keep_an_owner(session, user)
    user.disabled_at = now
    await queries.delete_sessions(session, user.id)
    await queries.revoke_tokens(session, user.id, now)
    await queries.revoke_links(session, now, user_id=user.id)
    await audit.record(session, actor, "account.disabled", f"account {user.email}", {}, now)


async def enable(session: AsyncSession, actor: Actor, email: str, now: datetime) -> None:
    """Let a disabled account sign in again."""
    actor.require_owner()
    user = await account(session, email)
    user.disabled_at = None
    await audit.record(session, actor, "account.enabled", f"account {user.email}", {}, now)


async def _keep_an_owner(session: AsyncSession, user: User) -> None:
    if user.role == "owner" and user.disabled_at is None and await queries.count_owners(session) <= 1:
        raise Conflict("last_owner", f"{user.email} is the only owner; make another account owner first.")


async def account(session: AsyncSession, email: str) -> User:
    """The account of an address, locked. Raises `NotFound`."""
    user = await queries.user_by_email(session, plain_email(email))
    if user is None:
        raise NotFound("unknown_account", f"there is no account {plain_email(email)!r}")
    return await queries.lock_user(session, user.id)


def checked_email(email: str) -> str:
    """Raises `Invalid` for what is no address of e-mail."""
    address = plain_email(email)
    if not EMAIL.fullmatch(address):
        raise Invalid("bad_email", "This is no e-mail address, such as ada@example.org.")
    return address


def checked_name(name: str) -> str:
    """A person's name, up to 100 characters. Raises `Invalid` for an empty one."""
    cleaned = " ".join(name.split())[:100]
    if not cleaned:
        raise Invalid("no_name", "Please give a name.")
    return cleaned


def check_password(password: str, again: str, *known: str) -> None:
    """Raises `Invalid`."""
    if password != again:
        raise Invalid("password_differs", "The two passwords are not the same.")
    passwords.check(password, *known)


def _themselves(user: User) -> Actor:
    return Actor(user.email, user.id)
