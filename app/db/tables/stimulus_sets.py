"""Stimulus sets: folders of pictures or sounds that were uploaded, from which synthesis runs are made."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class StimulusSet(Base):
    """A named set. `medium` is picture or sound (`app.stimuli.medium`).

    `grouping` says what a file's category is: its folder, the beginning of its name, or none. While `state`
    is open, files can be added; once it is ready, its folder is there and it never changes. `digest` is over
    the categories, names and contents of all files.
    """

    __tablename__ = "stimulus_sets"
    __table_args__ = (
        CheckConstraint("medium IN ('picture', 'sound')", name="medium"),
        CheckConstraint("grouping IN ('folder', 'name', 'none')", name="grouping"),
        CheckConstraint("state IN ('open', 'ready')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    medium: Mapped[str]
    grouping: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    owner: Mapped[str]
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    digest: Mapped[str | None]


class StimulusFile(Base):
    """One uploaded file, with what was found. `path` is its name as it was given, with its folders.

    `source_sha256` is of the bytes that were sent, `content_sha256` of the decoded pixels or samples,
    `sha256` of the bytes that are kept, by which they are found on disk. A refused file has the first alone:
    nothing of it is kept. `notes` are sentences; `facts` are sizes, levels and the like, with their units.
    """

    __tablename__ = "stimulus_files"
    __table_args__ = (
        UniqueConstraint("set_id", "path"),
        CheckConstraint("verdict IN ('accepted', 'warned', 'refused')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("stimulus_sets.id"), index=True)
    path: Mapped[str]
    category: Mapped[str]
    name: Mapped[str]
    source_sha256: Mapped[str]
    source_bytes: Mapped[int]
    verdict: Mapped[str]
    sha256: Mapped[str | None]
    content_sha256: Mapped[str | None]
    size_bytes: Mapped[int]
    notes: Mapped[list[str]]
    facts: Mapped[dict[str, Any]]


class RunSet(Base):
    """A stimulus set that a synthesis run's spec names. It cannot be deleted before the run is finished."""

    __tablename__ = "synthesis_run_sets"

    run_id: Mapped[int] = mapped_column(ForeignKey("synthesis_runs.id"), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("stimulus_sets.id"), primary_key=True, index=True)
