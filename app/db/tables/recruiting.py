"""What is known of recruiters: campaigns, submissions, calls of theirs, and the ledger of payments."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy


class Campaign(Base):
    """A study as its recruiter has it. `remote_id` is the recruiter's name for it, once it has one.

    `places` are the participants asked for in all. `synced_at` is when the recruiter's submissions were last
    read completely; `problem` says why a call failed, since `problem_at`, until one succeeds.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("study_id"),
        CheckConstraint("status IN ('draft', 'active', 'paused', 'stopped')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    recruiter: Mapped[str]
    remote_id: Mapped[str | None]
    status: Mapped[str]
    places: Mapped[int]
    reward_minor: Mapped[int]
    currency: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    problem_at: Mapped[datetime | None]


class Submission(Base):
    """A recruiter's record of one visit, as it was last seen. The person's id stands in `recruitments` only.

    `remote_status` is the recruiter's own word, `status` ours. `entered_code` is the completion code that the
    recruiter was given. `participant_id` is null for one who is not known here.
    """

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("campaign_id", "remote_id"),)

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("submission", "the number of this row", "ids"),
        "campaign_id": Privacy("submission", "which study at the recruiter is meant", "ids"),
        "remote_id": Privacy("submission", "what the recruiter calls the visit; approving and paying", "ids"),
        "participant_id": Privacy("submission", "whose visit it was", "ids"),
        "remote_status": Privacy("submission", "what the recruiter says became of the visit", "ids"),
        "status": Privacy("submission", "whether the visit was approved", "ids"),
        "entered_code": Privacy("submission", "which completion code the recruiter was given", "ids"),
        "first_seen_at": Privacy("submission", "when the recruiter first named the visit", "ids"),
        "last_seen_at": Privacy("submission", "when the recruiter last named the visit", "ids"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    remote_id: Mapped[str]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    remote_status: Mapped[str]
    status: Mapped[str]
    entered_code: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class WebhookDelivery(Base):
    """A call of a recruiter that was heeded: the same event again is not."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    event_type: Mapped[str]
    received_at: Mapped[datetime]


class Payment(Base):
    """One payment, written before the recruiter is asked for it. No two have one `key`.

    `state`: "intended" (the recruiter was not asked yet), "sent" (being asked), "confirmed", "failed"
    (certainly not paid), "ambiguous" (asked, and no answer came: only a person can tell). `submission` is the
    recruiter's id of the visit; `remote_reference` what the recruiter calls the payment. `settled_by` is who
    decided about an ambiguous one, or what confirmed it. Amounts are hundredths of the currency.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("kind IN ('reward', 'bonus')", name="kind"),
        CheckConstraint("state IN ('intended', 'sent', 'confirmed', 'ambiguous', 'failed')", name="state"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("payment", "the number of a payment: accounting", "kept"),
        "study_id": Privacy("payment", "from which budget was paid", "kept"),
        "participant_id": Privacy("payment", "who was paid, by number: accounting", "kept"),
        "key": Privacy("payment", "nobody is paid twice; emptied of ids with the other ids", "ids"),
        "kind": Privacy("payment", "reward or bonus: accounting", "kept"),
        "recruiter": Privacy("payment", "through whom was paid: accounting", "kept"),
        "submission": Privacy("identity", "which visit was paid, to settle disputes", "ids"),
        "amount_minor": Privacy("payment", "the amount: accounting", "kept"),
        "currency": Privacy("payment", "the amount: accounting", "kept"),
        "reason": Privacy("payment", "what was paid for: accounting", "kept"),
        "state": Privacy("payment", "whether it was paid: accounting", "kept"),
        "remote_reference": Privacy("identity", "the recruiter's name of the payment", "ids"),
        "problem": Privacy("payment", "why a payment failed", "ids"),
        "actor": Privacy("payment", "who of the laboratory paid: accounting", "kept"),
        "created_at": Privacy("payment", "when it was paid: accounting", "kept"),
        "sent_at": Privacy("payment", "when it was paid: accounting", "kept"),
        "settled_at": Privacy("payment", "when it was paid: accounting", "kept"),
        "settled_by": Privacy("payment", "who confirmed it: accounting", "kept"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    key: Mapped[str]
    kind: Mapped[str]
    recruiter: Mapped[str]
    submission: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    remote_reference: Mapped[str | None]
    problem: Mapped[str | None]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class StudyBudget(Base):
    """The most that rewards and bonuses of a study may come to, where it is other than in the study file."""

    __tablename__ = "study_budgets"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), unique=True)
    amount_minor: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[str]


class StudyExclusion(Base):
    """A study that another one's file names: nobody takes part in both, whichever comes first."""

    __tablename__ = "study_exclusions"
    __table_args__ = (UniqueConstraint("study_id", "excluded_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    excluded_name: Mapped[str]
