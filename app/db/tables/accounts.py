"""Who may use the experimenter's pages: accounts, how they sign in, and what they may do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

ROLES = "role IN ('viewer', 'experimenter', 'owner')"


class User(Base):
    """A person of the laboratory. `email` is in small letters.

    `role` is what the person may do on this installation: an owner everything, an experimenter make studies,
    a viewer look at those that were shared. `totp_secret` is in use once `totp_confirmed_at` is set;
    `totp_last_step` is the time step of the last code that was taken, so that none is taken twice. An account
    that was disabled keeps its row: the audit log names it.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(ROLES, name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    totp_secret: Mapped[str | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class AdminSession(Base):
    """A browser in which somebody signed in; only the SHA-256 of its cookie is stored.

    One that is `pending` waits for the second factor and opens nothing. `challenge` is what a passkey must
    sign next.
    """

    __tablename__ = "admin_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    pending: Mapped[bool]
    challenge: Mapped[bytes | None]
    browser: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class AccountLink(Base):
    """A link that works once: it makes the first owner, makes an invited account, or sets a new password.

    Of a link to make an account, `email` and `role` are what it will have. Of one to set a password,
    `user_id` is whose, and with `drops_second_factors` the lost ones are removed.
    """

    __tablename__ = "account_links"
    __table_args__ = (
        CheckConstraint("purpose IN ('setup', 'invite', 'reset')", name="purpose"),
        CheckConstraint(ROLES, name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str | None]
    role: Mapped[str]
    drops_second_factors: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey (WebAuthn credential) that serves as second factor."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for a second factor once; only its SHA-256 is stored."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_sha256: Mapped[str]
    used_at: Mapped[datetime | None]


class Membership(Base):
    """What an account may do with one study. Owners of the installation need none."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "study_id"), CheckConstraint(ROLES, name="role"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    role: Mapped[str]


class ApiToken(Base):
    """A token by which a script acts for an account, with at most the role `role`, in one study or in all."""

    __tablename__ = "api_tokens"
    __table_args__ = (CheckConstraint(ROLES, name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
