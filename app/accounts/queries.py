"""Reading and writing accounts, sign-ins and the audit log."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, Update, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import (
    AccountLink,
    AdminSession,
    ApiToken,
    AuditRow,
    Membership,
    Passkey,
    RecoveryCode,
    User,
)

# Of Postgres's advisory locks, the one that writers of the audit log take in turn.
AUDIT_LOCK = 0x6D657461


async def _changed(session: AsyncSession, statement: Update) -> int:
    return cast(CursorResult[*tuple[()]], await session.execute(statement)).rowcount


# Accounts


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    found: User | None = await session.scalar(select(User).where(User.email == email))
    return found


async def lock_user(session: AsyncSession, user_id: int) -> User:
    """The account, locked until the transaction ends."""
    return (await session.scalars(select(User).where(User.id == user_id).with_for_update())).one()


async def all_users(session: AsyncSession) -> Sequence[User]:
    return (await session.scalars(select(User).order_by(User.email))).all()


async def count_owners(session: AsyncSession) -> int:
    query = select(func.count()).where(User.role == "owner", User.disabled_at.is_(None))
    return await session.scalar(query) or 0


async def users_with_passkeys(session: AsyncSession) -> set[int]:
    return set((await session.scalars(select(Passkey.user_id).distinct())).all())


# Sessions


async def session_and_user(session: AsyncSession, token_sha256: str) -> tuple[AdminSession, User] | None:
    query = (
        select(AdminSession, User)
        .join(User, User.id == AdminSession.user_id)
        .where(AdminSession.token_sha256 == token_sha256, User.disabled_at.is_(None))
    )
    found = (await session.execute(query)).first()
    return None if found is None else (found[0], found[1])


async def sessions_of(session: AsyncSession, user_id: int) -> Sequence[AdminSession]:
    query = (
        select(AdminSession)
        .where(AdminSession.user_id == user_id, AdminSession.pending.is_(False))
        .order_by(AdminSession.last_seen_at.desc())
    )
    return (await session.scalars(query)).all()


async def touch_session(session: AsyncSession, session_id: int, now: datetime) -> None:
    await session.execute(update(AdminSession).where(AdminSession.id == session_id).values(last_seen_at=now))


async def set_challenge(session: AsyncSession, session_id: int, challenge: bytes | None) -> None:
    await session.execute(
        update(AdminSession).where(AdminSession.id == session_id).values(challenge=challenge)
    )


async def delete_session(session: AsyncSession, token_sha256: str) -> None:
    await session.execute(delete(AdminSession).where(AdminSession.token_sha256 == token_sha256))


async def delete_sessions(
    session: AsyncSession, user_id: int, *, only: int | None = None, but: int | None = None
) -> None:
    """End sessions of a user: all, one, or all but one, by their ids."""
    statement = delete(AdminSession).where(AdminSession.user_id == user_id)
    if only is not None:
        statement = statement.where(AdminSession.id == only)
    if but is not None:
        statement = statement.where(AdminSession.id != but)
    await session.execute(statement)


async def delete_ended_sessions(session: AsyncSession, created_until: datetime, seen_until: datetime) -> None:
    await session.execute(
        delete(AdminSession).where(
            (AdminSession.created_at <= created_until) | (AdminSession.last_seen_at <= seen_until)
        )
    )


# Links that work once


async def account_link(session: AsyncSession, token_sha256: str, now: datetime) -> AccountLink | None:
    query = select(AccountLink).where(
        AccountLink.token_sha256 == token_sha256, AccountLink.used_at.is_(None), AccountLink.expires_at > now
    )
    found: AccountLink | None = await session.scalar(query)
    return found


async def use_account_link(session: AsyncSession, token_sha256: str, now: datetime) -> bool:
    """Mark a valid link as used. One statement, so that of two at once only one succeeds."""
    valid = (
        AccountLink.token_sha256 == token_sha256,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > now,
    )
    return await _changed(session, update(AccountLink).where(*valid).values(used_at=now)) == 1


async def open_invitations(session: AsyncSession, now: datetime) -> Sequence[AccountLink]:
    query = select(AccountLink).where(
        AccountLink.purpose == "invite", AccountLink.used_at.is_(None), AccountLink.expires_at > now
    )
    return (await session.scalars(query.order_by(AccountLink.id))).all()


async def revoke_links(
    session: AsyncSession, now: datetime, *, user_id: int | None = None, email: str | None = None
) -> int:
    """Use up the links of an account, or the invitations to an address."""
    statement = update(AccountLink).where(AccountLink.used_at.is_(None)).values(used_at=now)
    if user_id is not None:
        statement = statement.where(AccountLink.user_id == user_id)
    if email is not None:
        statement = statement.where(AccountLink.email == email)
    return await _changed(session, statement)


# Second factors


async def take_totp_step(session: AsyncSession, user_id: int, step: int) -> bool:
    """Note the time step of a code; false if it, or a later one, was taken already."""
    fresh = User.totp_last_step.is_(None) | (User.totp_last_step < step)
    return (
        await _changed(session, update(User).where(User.id == user_id, fresh).values(totp_last_step=step))
        == 1
    )


async def use_recovery_code(session: AsyncSession, user_id: int, code_sha256: str, now: datetime) -> bool:
    unused = (
        RecoveryCode.user_id == user_id,
        RecoveryCode.code_sha256 == code_sha256,
        RecoveryCode.used_at.is_(None),
    )
    return await _changed(session, update(RecoveryCode).where(*unused).values(used_at=now)) == 1


async def recovery_codes_left(session: AsyncSession, user_id: int) -> int:
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(query) or 0


async def delete_recovery_codes(session: AsyncSession, user_id: int) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def passkeys_of(session: AsyncSession, user_id: int) -> Sequence[Passkey]:
    return (
        await session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id))
    ).all()


async def delete_passkeys(session: AsyncSession, user_id: int, only: int | None = None) -> None:
    statement = delete(Passkey).where(Passkey.user_id == user_id)
    await session.execute(statement if only is None else statement.where(Passkey.id == only))


# What accounts and tokens may do


async def memberships_of(session: AsyncSession, user_id: int) -> Sequence[Membership]:
    return (await session.scalars(select(Membership).where(Membership.user_id == user_id))).all()


async def members_of(session: AsyncSession, study_id: int) -> Sequence[tuple[User, Membership]]:
    query = (
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.study_id == study_id)
        .order_by(User.email)
    )
    return [(user, membership) for user, membership in (await session.execute(query)).all()]


async def membership(session: AsyncSession, user_id: int, study_id: int) -> Membership | None:
    query = select(Membership).where(Membership.user_id == user_id, Membership.study_id == study_id)
    found: Membership | None = await session.scalar(query)
    return found


async def token_and_user(
    session: AsyncSession, token_sha256: str, now: datetime
) -> tuple[ApiToken, User] | None:
    """A token that is valid now, with its account."""
    query = (
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.token_sha256 == token_sha256,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            User.disabled_at.is_(None),
        )
    )
    found = (await session.execute(query)).first()
    return None if found is None else (found[0], found[1])


async def touch_token(session: AsyncSession, token_id: int, now: datetime) -> None:
    await session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


async def tokens_of(session: AsyncSession, user_id: int) -> Sequence[ApiToken]:
    query = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return (await session.scalars(query.order_by(ApiToken.id))).all()


async def revoke_tokens(session: AsyncSession, user_id: int, now: datetime, only: int | None = None) -> int:
    statement = update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(ApiToken.id == only)
    return await _changed(session, statement.values(revoked_at=now))


# The audit log


async def last_audit_row(session: AsyncSession) -> AuditRow | None:
    """The newest row; nobody else writes one until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": AUDIT_LOCK})
    found: AuditRow | None = await session.scalar(
        select(AuditRow).order_by(AuditRow.position.desc()).limit(1)
    )
    return found


async def audit_rows(session: AsyncSession) -> Sequence[AuditRow]:
    return (await session.scalars(select(AuditRow).order_by(AuditRow.position))).all()


async def has_audit_row(session: AsyncSession, sha256: str) -> bool:
    return await session.scalar(select(AuditRow.position).where(AuditRow.sha256 == sha256)) is not None


async def newest_audit_rows(
    session: AsyncSession, count: int, subject: str | None, before: int | None
) -> list[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.position.desc()).limit(count)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    if before is not None:
        query = query.where(AuditRow.position < before)
    return list((await session.scalars(query)).all())
