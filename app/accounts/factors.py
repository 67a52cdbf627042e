"""An account's own second factors: an authenticator, passkeys, recovery codes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit, queries
from app.accounts.second_factors import is_totp_secret, new_recovery_codes, plain, totp_step
from app.accounts.service import has_second_factor
from app.accounts.signed_in import SignedIn
from app.core.errors import Conflict, Invalid
from app.core.tokens import token_sha256
from app.db.tables import RecoveryCode


async def add_totp(session: AsyncSession, who: SignedIn, secret: str, code: str, now: datetime) -> None:
    """Put an authenticator with this secret to use, if it made the code. Raises `Invalid` or `Conflict`."""
    user = await queries.lock_user(session, who.user.id)
    if user.totp_confirmed_at is not None:
        raise Conflict("totp_in_use", "An authenticator is in use already; remove it first.")
    step = totp_step(secret, code, now) if is_totp_secret(secret) else None
    if step is None:
        raise Invalid(
            "code_refused", "This is not the code that the authenticator shows. Is its clock right?"
        )
    user.totp_secret = secret
    user.totp_confirmed_at, user.totp_last_step = now, step
    await audit.record(session, who.actor, "authenticator.added", f"account {user.email}", {}, now)


async def remove_totp(session: AsyncSession, who: SignedIn, now: datetime) -> None:
    user = await queries.lock_user(session, who.user.id)
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    await audit.record(session, who.actor, "authenticator.removed", f"account {user.email}", {}, now)
    await _no_codes_without_factor(session, who)


async def remove_passkey(session: AsyncSession, who: SignedIn, passkey_id: int, now: datetime) -> None:
    await queries.delete_passkeys(session, who.user.id, only=passkey_id)
    await audit.record(session, who.actor, "passkey.removed", f"account {who.user.email}", {}, now)
    await _no_codes_without_factor(session, who)


async def _no_codes_without_factor(session: AsyncSession, who: SignedIn) -> None:
    user = await queries.lock_user(session, who.user.id)
    if not await has_second_factor(session, user):
        await queries.delete_recovery_codes(session, user.id)


async def renew_recovery_codes(session: AsyncSession, who: SignedIn, now: datetime) -> list[str]:
    """New recovery codes in place of all earlier ones. Raises `Conflict` without a second factor."""
    if not await has_second_factor(session, who.user):
        raise Conflict("no_second_factor", "Recovery codes stand in for a second factor; add one first.")
    await queries.delete_recovery_codes(session, who.user.id)
    codes = new_recovery_codes()
    session.add_all(
        RecoveryCode(user_id=who.user.id, code_sha256=token_sha256(plain(code))) for code in codes
    )
    await audit.record(session, who.actor, "recovery_codes.renewed", f"account {who.user.email}", {}, now)
    return codes
