"""Studies and the links by which people enter them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Study(Base):
    """A study: its definition is the validated YAML, frozen when the study is opened.

    `secret` is drawn when the study is stored and is mixed into everything that is drawn for it, so
    that nobody can compute a plan from what participants see. It is empty in studies that were opened before
    there was one: their remaining plans stay those that balance the earlier ones. `picture_px` is the side at
    which pictures are served where the bundles' differ in size; null where they are served as they are.
    Who comes while it is paused is asked to come back; those who have begun go on.
    `closed_by` says by which rule of its own the study closed ("participants", "sem"); null where a person
    closed it.
    `imported_from` says of a study that came as an archive which study that was, and by which code.
    """

    __tablename__ = "studies"
    __table_args__ = (CheckConstraint("status IN ('draft', 'open', 'paused', 'closed')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    definition: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    secret: Mapped[str] = mapped_column(default="", server_default=text("''"))
    picture_px: Mapped[int | None]
    closed_by: Mapped[str | None]
    imported_from: Mapped[dict[str, Any] | None]


class StudyBundle(Base):
    """A bundle of a study, in the order of the study file; `network` is what the study calls its model."""

    __tablename__ = "study_bundles"
    __table_args__ = (
        UniqueConstraint("study_id", "position"),
        UniqueConstraint("study_id", "bundle_id"),
        UniqueConstraint("study_id", "network"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    position: Mapped[int]
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id"), index=True)
    network: Mapped[str]


class StudyLink(Base):
    """A way into a study. Its audience keeps pilot runs and simulated observers apart from the data."""

    __tablename__ = "study_links"
    __table_args__ = (CheckConstraint("audience IN ('live', 'pilot', 'simulated')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    audience: Mapped[str]


class StudyStimulus(Base):
    """A stimulus that a study has beside its bundles: that of a catch trial, ready to be presented."""

    __tablename__ = "study_stimuli"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    category: Mapped[str]
    media_type: Mapped[str]
    data: Mapped[bytes]
