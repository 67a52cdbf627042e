"""Studies and the links by which people enter them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Study(Base):
    """A study: its definition is the validated YAML, frozen when the study is opened.

    `secret` is drawn when the study is first opened and is mixed into everything that is drawn for it, so
    that nobody can compute a plan from what participants see. It is empty in studies that were opened before
    there was one: their remaining plans stay those that balance the earlier ones.
    """

    __tablename__ = "studies"
    __table_args__ = (CheckConstraint("status IN ('draft', 'open', 'closed')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    definition: Mapped[dict[str, Any]]
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    secret: Mapped[str] = mapped_column(default="", server_default=text("''"))


class StudyLink(Base):
    """A way into a study. Its audience keeps pilot runs and simulated observers apart from the data."""

    __tablename__ = "study_links"
    __table_args__ = (CheckConstraint("audience IN ('live', 'pilot', 'simulated')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    audience: Mapped[str]
