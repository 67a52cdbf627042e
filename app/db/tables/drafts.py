"""Studies in the making: the YAML text of each, all that was saved of it, and work that was asked for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class StudyDraft(Base):
    """A study that is being written. `text` is YAML, whether it can be read or not.

    `version` counts what was saved; whoever saves says which version was changed. `owner_id` is the account
    that made the draft, null for the command line. `study_id` is the study that was made of it, and
    `stored_version` the version that the study has. `parent` is the study that it was copied from.
    """

    __tablename__ = "study_drafts"
    __table_args__ = (UniqueConstraint("study_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    text: Mapped[str]
    version: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]
    study_id: Mapped[int | None] = mapped_column(ForeignKey("studies.id"))
    stored_version: Mapped[int | None]
    parent: Mapped[str | None]


class StudyDraftVersion(Base):
    """What was saved of a draft at one time."""

    __tablename__ = "study_draft_versions"
    __table_args__ = (UniqueConstraint("draft_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("study_drafts.id"))
    version: Mapped[int]
    text: Mapped[str]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class DraftJob(Base):
    """Work for a draft that takes a while: a dry run with simulated participants, or power by simulation.

    `asked` are its parameters, `result` what came out. `seen_at` is when the process that does it last wrote
    how far it is; one that was silent for long is lost. `cancel_asked` ends it at its next step.
    """

    __tablename__ = "draft_jobs"
    __table_args__ = (
        CheckConstraint("kind IN ('dry_run', 'power')", name="kind"),
        CheckConstraint("state IN ('running', 'finished', 'failed', 'cancelled')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("study_drafts.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    asked: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    message: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    cancel_asked: Mapped[bool]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    seen_at: Mapped[datetime]
