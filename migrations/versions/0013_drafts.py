"""Drafts of studies, the work that is asked for them, and by which rule a study closed itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KINDS = "kind IN ('dry_run', 'power')"
STATES = "state IN ('running', 'finished', 'failed', 'cancelled')"


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.add_column("studies", _text("closed_by", nullable=True))
    op.create_table(
        "study_drafts",
        _number("id"),
        _text("name"),
        _text("text"),
        _number("version"),
        _number("owner_id", nullable=True),
        _text("made_by"),
        _moment("made_at"),
        _text("saved_by"),
        _moment("saved_at"),
        _number("study_id", nullable=True),
        _number("stored_version", nullable=True),
        _text("parent", nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_study_drafts_owner_id_users")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_study_drafts_study_id_studies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_drafts")),
        sa.UniqueConstraint("study_id", name=op.f("uq_study_drafts_study_id")),
    )
    op.create_index(op.f("ix_study_drafts_owner_id"), "study_drafts", ["owner_id"])
    op.create_table(
        "study_draft_versions",
        _number("id"),
        _number("draft_id"),
        _number("version"),
        _text("text"),
        _text("saved_by"),
        _moment("saved_at"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["study_drafts.id"], name=op.f("fk_study_draft_versions_draft_id_study_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_draft_versions")),
        sa.UniqueConstraint("draft_id", "version", name=op.f("uq_study_draft_versions_draft_id_version")),
    )
    op.create_table(
        "draft_jobs",
        _number("id"),
        _number("draft_id"),
        _text("kind"),
        _text("state"),
        _number("version"),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        _text("message"),
        _number("done"),
        _number("total"),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        _text("asked_by"),
        _moment("asked_at"),
        _moment("seen_at"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["study_drafts.id"], name=op.f("fk_draft_jobs_draft_id_study_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_jobs")),
        sa.CheckConstraint(KINDS, name=op.f("ck_draft_jobs_kind")),
        sa.CheckConstraint(STATES, name=op.f("ck_draft_jobs_state")),
    )
    op.create_index(op.f("ix_draft_jobs_draft_id"), "draft_jobs", ["draft_id"])


def downgrade() -> None:
    op.drop_table("draft_jobs")
    op.drop_table("study_draft_versions")
    op.drop_table("study_drafts")
    op.drop_column("studies", "closed_by")
