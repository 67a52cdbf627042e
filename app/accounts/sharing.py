"""What accounts and API tokens may do: roles in studies, and tokens for scripts."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, queries
from app.accounts.actor import Actor, Role, lower
from app.accounts.people import account
from app.accounts.signed_in import SignedIn
from app.core.errors import Conflict, Invalid
from app.core.tokens import new_token, token_sha256
from app.db.tables import ApiToken, Membership

TOKEN_PREFIX = "mlab_"  # so that scanners of published code know a token  # noqa: S105
MOST_DAYS = 365
MOST_TOKENS = 50


async def own(session: AsyncSession, actor: Actor, study_id: int) -> None:
    """Make the actor the owner of a study that it has just made. Programs own none."""
    if actor.user_id is not None:
        session.add(Membership(user_id=actor.user_id, study_id=study_id, role="owner"))
        await session.flush()


async def share(
    session: AsyncSession, actor: Actor, study_id: int, study: str, email: str, role: Role, now: datetime
) -> None:
    """Give an account a role in a study. Raises `Forbidden` or `NotFound`."""
    actor.require("owner", study_id, study)
    user = await account(session, email)
    found = await queries.membership(session, user.id, study_id)
    if found is None:
        session.add(Membership(user_id=user.id, study_id=study_id, role=role))
    else:
        await _keep_an_owner(session, found, study, role)
        found.role = role
    detail = {"account": user.email, "role": role}
    await audit.record(session, actor, "study.shared", f"study {study}", detail, now)


async def unshare(
    session: AsyncSession, actor: Actor, study_id: int, study: str, email: str, now: datetime
) -> None:
    """Take an account's role in a study away. Raises `Forbidden`, `NotFound` or `Conflict`."""
    actor.require("owner", study_id, study)
    user = await account(session, email)
    found = await queries.membership(session, user.id, study_id)
    if found is not None:
        await _keep_an_owner(session, found, study, None)
        await session.delete(found)
        detail = {"account": user.email}
        await audit.record(session, actor, "study.unshared", f"study {study}", detail, now)


async def _keep_an_owner(session: AsyncSession, found: Membership, study: str, role: Role | None) -> None:
    owners = [one for _, one in await queries.members_of(session, found.study_id) if one.role == "owner"]
    if found.role == "owner" and role != "owner" and len(owners) == 1:
        raise Conflict("last_owner", f"the study {study!r} needs an owner; make another account owner first")


async def issue_token(
    session: AsyncSession,
    who: SignedIn,
    name: str,
    role: Role,
    days: int,
    study_id: int | None,
    now: datetime,
) -> str:
    """A token for scripts of this account; it is shown once. Raises `Invalid`, `Conflict` or `Forbidden`."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("bad_days", f"A token is valid for 1 to {MOST_DAYS} days.")
    if len(await queries.tokens_of(session, who.user.id)) >= MOST_TOKENS:
        raise Conflict("too_many_tokens", f"An account has at most {MOST_TOKENS} tokens; revoke one first.")
    token = TOKEN_PREFIX + new_token()
    label = " ".join(name.split())[:80]
    if not label:
        raise Invalid("no_name", "Please give the token a name: what it is for.")
    session.add(
        ApiToken(
            user_id=who.user.id,
            token_sha256=token_sha256(token),
            name=label,
            role=lower(role, who.actor.role),
            study_id=study_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    detail = {"name": label, "role": role, "days": days}
    await audit.record(session, who.actor, "token.issued", f"account {who.user.email}", detail, now)
    return token


async def revoke_token(session: AsyncSession, who: SignedIn, token_id: int, now: datetime) -> None:
    """End one of the account's own tokens; that of another is not touched."""
    if await queries.revoke_tokens(session, who.user.id, now, only=token_id):
        detail = {"token": token_id}
        await audit.record(session, who.actor, "token.revoked", f"account {who.user.email}", detail, now)


async def end_sessions(session: AsyncSession, who: SignedIn, session_id: int | None, now: datetime) -> None:
    """Sign out one other browser of this account, or all others."""
    await queries.delete_sessions(
        session, who.user.id, only=session_id, but=who.session.id if session_id is None else None
    )
    await audit.record(session, who.actor, "account.sessions_ended", f"account {who.user.email}", {}, now)
