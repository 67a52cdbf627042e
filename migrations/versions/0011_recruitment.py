"""Campaigns, submissions, webhooks, the ledger of payments, budgets, and studies that exclude each other."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATUSES = "status IN ('draft', 'active', 'paused', 'stopped')"
STATES = "state IN ('intended', 'sent', 'confirmed', 'ambiguous', 'failed')"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    op.add_column("recruitments", _text("submit_to", nullable=True))
    _campaigns()
    _payments()
    op.create_table(
        "webhook_deliveries",
        _number("id"),
        _text("event_id"),
        _text("event_type"),
        _moment("received_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("event_id", name=op.f("uq_webhook_deliveries_event_id")),
    )
    op.create_table(
        "study_budgets",
        _number("id"),
        _number("study_id"),
        _number("amount_minor"),
        _moment("set_at"),
        _text("set_by"),
        _refers("study_budgets", "study_id", "studies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_budgets")),
        sa.UniqueConstraint("study_id", name=op.f("uq_study_budgets_study_id")),
    )
    op.create_table(
        "study_exclusions",
        _number("id"),
        _number("study_id"),
        _text("excluded_name"),
        _refers("study_exclusions", "study_id", "studies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_exclusions")),
        sa.UniqueConstraint(
            "study_id", "excluded_name", name=op.f("uq_study_exclusions_study_id_excluded_name")
        ),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        _number("id"),
        _number("study_id"),
        _text("recruiter"),
        _text("remote_id", nullable=True),
        _text("status"),
        _number("places"),
        _number("reward_minor"),
        _text("currency"),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("synced_at", nullable=True),
        _text("problem", nullable=True),
        _moment("problem_at", nullable=True),
        _refers("campaigns", "study_id", "studies"),
        sa.CheckConstraint(STATUSES, name=op.f("ck_campaigns_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("study_id", name=op.f("uq_campaigns_study_id")),
    )
    op.create_table(
        "submissions",
        _number("id"),
        _number("campaign_id"),
        _text("remote_id"),
        _number("participant_id", nullable=True),
        _text("remote_status"),
        _text("status"),
        _text("entered_code", nullable=True),
        _moment("first_seen_at"),
        _moment("last_seen_at"),
        _refers("submissions", "campaign_id", "campaigns"),
        _refers("submissions", "participant_id", "participants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("campaign_id", "remote_id", name=op.f("uq_submissions_campaign_id_remote_id")),
    )
    op.create_index(op.f("ix_submissions_participant_id"), "submissions", ["participant_id"])


def _payments() -> None:
    op.create_table(
        "payments",
        _number("id"),
        _number("study_id"),
        _number("participant_id", nullable=True),
        _text("key"),
        _text("kind"),
        _text("recruiter"),
        _text("submission"),
        _number("amount_minor"),
        _text("currency"),
        _text("reason"),
        _text("state"),
        _text("remote_reference", nullable=True),
        _text("problem", nullable=True),
        _text("actor"),
        _moment("created_at"),
        _moment("sent_at", nullable=True),
        _moment("settled_at", nullable=True),
        _text("settled_by", nullable=True),
        _refers("payments", "study_id", "studies"),
        _refers("payments", "participant_id", "participants"),
        sa.CheckConstraint("kind IN ('reward', 'bonus')", name=op.f("ck_payments_kind")),
        sa.CheckConstraint(STATES, name=op.f("ck_payments_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("key", name=op.f("uq_payments_key")),
    )
    op.create_index(op.f("ix_payments_study_id"), "payments", ["study_id"])
    op.create_index(op.f("ix_payments_participant_id"), "payments", ["participant_id"])


def downgrade() -> None:
    _refuse_to_forget_payments()
    for table in (
        "study_exclusions",
        "study_budgets",
        "webhook_deliveries",
        "payments",
        "submissions",
        "campaigns",
    ):
        op.drop_table(table)
    with op.batch_alter_table("recruitments") as batch:
        batch.drop_column("submit_to")


def _refuse_to_forget_payments() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM payments")).scalar():
        raise ValueError("the schema before has no ledger, and payments must not be forgotten")
