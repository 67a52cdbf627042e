"""What was done on the experimenter's side, in rows of which each names the one before by its hash."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class AuditRow(Base):
    """One change: who, what, to what. `sha256` is taken over all other columns (`app.accounts.chain`).

    `position` counts from 1 without gaps. `actor` is the name at that time. Nothing refers to other tables,
    so that a row stays true whatever becomes of them.
    """

    __tablename__ = "audit_log"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    happened_at: Mapped[datetime]
    actor: Mapped[str]
    user_id: Mapped[int | None]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]]
    previous_sha256: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
