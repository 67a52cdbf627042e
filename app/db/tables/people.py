"""Participants, the plan that each was given, and what happened to them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy

NUMBER = Privacy("session", "the number under which all data of a person are kept together")
OF_STUDY = Privacy("session", "the study, and by which of its links", "kept")


class Participant(Base):
    """One person (or pilot, or simulated observer) in one study, made at consent.

    `slot` is the number of the plan in the study's balanced series; the slot of one who dropped out is given
    to a later participant. Only the SHA-256 of the session token is stored. `consent_uuid` follows from the
    UUID of the form of consent, so that the form sent twice is one person; the form's own UUID opens the
    session and is not stored. `flags` name what an experimenter should look at; they leave nobody out by
    themselves.

    `status` is active until the session ends; `outcome` then says how (`app.experiments.endings`,
    `app.steps`), and `ended_at` when. `lease` names the page that runs the session now; None if none has
    asked for it. Of one who withdrew, this row stays and nothing else.
    """

    __tablename__ = "participants"
    __table_args__ = (
        # Constraints on the audience keep the names of when it was the kind: SQLite renames none in place.
        CheckConstraint("audience IN ('live', 'pilot', 'simulated')", name="kind"),
        CheckConstraint(
            "status IN ('active', 'completed', 'screened_out', 'expired', 'withdrawn')", name="status"
        ),
        Index("ix_participants_study_id_audience_slot", "study_id", "audience", "slot"),
        # An index, not a constraint: SQLite adds one without copying a table that others refer to.
        Index("uq_participants_consent_uuid", "consent_uuid", unique=True),
    )

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("session", "the number under which all data are kept together", "kept"),
        "study_id": OF_STUDY,
        "audience": OF_STUDY,
        "slot": Privacy("session", "the number of the plan in the balanced series", "kept"),
        "token_sha256": Privacy("access", "going on in the same browser"),
        "status": Privacy("session", "whether and how the session ended", "kept"),
        "consented_at": Privacy("session", "when consent was given", "kept"),
        "last_seen_at": Privacy("session", "whether the session is still at work", "kept"),
        "completed_at": Privacy("session", "when the session was completed", "kept"),
        "consent_uuid": Privacy("access", "one form of consent makes one session"),
        "outcome": Privacy("session", "whether and how the session ended", "kept"),
        "ended_at": Privacy("session", "when the session ended; the time of deletion counts from it", "kept"),
        "lease": Privacy("access", "one page at a time runs the session"),
        "flags": Privacy("session", "what an experimenter should look at before the analysis"),
    }

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
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    lease: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")


class Recruitment(Base):
    """Where a participant came from: what a recruiter's link, or a laboratory's form, said of the person.

    `person` is the recruiter's name for the person (PROLIFIC_PID, workerId, a typed number); a person takes
    part once in a study. `visit` names this very visit (SESSION_ID, assignmentId) and `errand` what the
    recruiter calls the study (STUDY_ID, hitId). `submit_to` is the site where a worker of MTurk
    hands in. Kept apart from the answers, and in no export.
    """

    __tablename__ = "recruitments"
    __table_args__ = (
        UniqueConstraint(
            "study_id", "audience", "source", "person", name="uq_recruitments_study_id_kind_source_person"
        ),
        UniqueConstraint("participant_id"),
        CheckConstraint("source IN ('prolific', 'mturk', 'laboratory', 'link')", name="source"),
    )

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("identity", "the number of this row", "ids"),
        "participant_id": Privacy("identity", "which number the person has in the study", "ids"),
        "study_id": Privacy("identity", "one person takes part once in a study", "ids"),
        "audience": Privacy("identity", "one person takes part once in a study", "ids"),
        "source": Privacy("identity", "which recruiter, or whether a number was typed", "ids"),
        "person": Privacy("identity", "one person takes part once; paying", "ids"),
        "visit": Privacy("identity", "going on in another browser; paying", "ids"),
        "errand": Privacy("identity", "what the recruiter calls the study", "ids"),
        "submit_to": Privacy("identity", "where a worker of MTurk hands in", "ids"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    audience: Mapped[str]
    source: Mapped[str]
    person: Mapped[str]
    visit: Mapped[str | None]
    errand: Mapped[str | None]
    submit_to: Mapped[str | None]


class PlannedTrial(Base):
    """One trial of a participant's stored plan. `asset_token` is the opaque address of its stimulus.

    The stimulus is one of a bundle or, in catch trials, one of the study's own. `set_aside_at` is when the
    page gave up an answer that the server refused: the session went on without it. `dropped_at` is when the
    study's stopping rule was met before this trial, which then is never shown.
    """

    __tablename__ = "planned_trials"
    __table_args__ = (
        UniqueConstraint("participant_id", "trial_index"),
        CheckConstraint("phase IN ('practice', 'gate', 'main', 'catch')", name="phase"),
        CheckConstraint("(stimulus_id IS NULL) <> (study_stimulus_id IS NULL)", name="one_stimulus"),
    )

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": NUMBER,
        "participant_id": NUMBER,
        "trial_index": Privacy("plan", "the order of what is shown"),
        "phase": Privacy("plan", "practice, check or main part"),
        "stimulus_id": Privacy("plan", "what is shown"),
        "study_stimulus_id": Privacy("plan", "what is shown in trials that check attention"),
        "asset_token": Privacy("access", "an address that does not tell what is shown"),
        "set_aside_at": Privacy("plan", "that an answer could not be stored"),
        "dropped_at": Privacy("plan", "that enough had been measured before"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    trial_index: Mapped[int]
    phase: Mapped[str]
    stimulus_id: Mapped[int | None] = mapped_column(ForeignKey("stimuli.id"), index=True)
    study_stimulus_id: Mapped[int | None] = mapped_column(ForeignKey("study_stimuli.id"))
    asset_token: Mapped[str] = mapped_column(unique=True)
    set_aside_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class Event(Base):
    """Something that happened in a session: consent, resume, lost focus, finish."""

    __tablename__ = "events"

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": NUMBER,
        "participant_id": NUMBER,
        "kind": Privacy("events", "what happened in the browser: focus lost, page left, screen measured"),
        "detail": Privacy("events", "quality of the data: what the screen and the browser did"),
        "happened_at": Privacy("events", "order of what happened"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
