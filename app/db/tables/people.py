"""Participants, the plan that each was given, and what happened to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Participant(Base):
    """One person (or pilot, or simulated observer) in one study, made at consent.

    `slot` is the number of the plan in the study's balanced series; the slot of one who dropped out is given
    to a later participant. Only the SHA-256 of the session token is stored. `consent_uuid` follows from the
    UUID of the form of consent, so that the form sent twice is one person; the form's own UUID opens the
    session and is not stored. `flags` name what an experimenter should look at; they leave nobody out by
    themselves.
    """

    __tablename__ = "participants"
    __table_args__ = (
        # Constraints on the audience keep the names of when it was the kind: SQLite renames none in place.
        CheckConstraint("audience IN ('live', 'pilot', 'simulated')", name="kind"),
        CheckConstraint("status IN ('active', 'completed')", name="status"),
        Index("ix_participants_study_id_audience_slot", "study_id", "audience", "slot"),
        # An index, not a constraint: SQLite adds one without copying a table that others refer to.
        Index("uq_participants_consent_uuid", "consent_uuid", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    audience: Mapped[str]
    slot: Mapped[int]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    consented_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    consent_uuid: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")


class Recruitment(Base):
    """Where a participant came from: what a recruiter's link, or a laboratory's form, said of the person.

    `person` is the recruiter's name for the person (PROLIFIC_PID, workerId, a typed number); a person takes
    part once in a study. `visit` names this very visit (SESSION_ID, assignmentId) and `errand` what the
    recruiter calls the study (STUDY_ID, hitId). Kept apart from the answers, and in no export.
    """

    __tablename__ = "recruitments"
    __table_args__ = (
        UniqueConstraint(
            "study_id", "audience", "source", "person", name="uq_recruitments_study_id_kind_source_person"
        ),
        UniqueConstraint("participant_id"),
        CheckConstraint("source IN ('prolific', 'mturk', 'laboratory', 'link')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    audience: Mapped[str]
    source: Mapped[str]
    person: Mapped[str]
    visit: Mapped[str | None]
    errand: Mapped[str | None]


class PlannedTrial(Base):
    """One trial of a participant's stored plan. `asset_token` is the opaque address of its stimulus.

    `set_aside_at` is when the page gave up an answer that the server refused: the session went on without it.
    """

    __tablename__ = "planned_trials"
    __table_args__ = (
        UniqueConstraint("participant_id", "trial_index"),
        CheckConstraint("phase IN ('practice', 'main')", name="phase"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    trial_index: Mapped[int]
    phase: Mapped[str]
    stimulus_id: Mapped[int] = mapped_column(ForeignKey("stimuli.id"), index=True)
    asset_token: Mapped[str] = mapped_column(unique=True)
    set_aside_at: Mapped[datetime | None]


class Event(Base):
    """Something that happened in a session: consent, resume, lost focus, finish."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
