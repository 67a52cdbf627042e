"""A study's secret, recruiters' ids, a consent's UUID, flags, and answers that were set aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UUID_ONCE = "uq_participants_consent_uuid"


def upgrade() -> None:
    op.add_column("studies", sa.Column("secret", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("planned_trials", sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participants", sa.Column("flags", JSON, nullable=False, server_default="[]"))
    op.add_column("responses", sa.Column("flags", JSON, nullable=False, server_default="[]"))
    # In place: on SQLite a table that others refer to cannot be copied.
    op.add_column("participants", sa.Column("consent_uuid", sa.String(), nullable=True))
    op.create_index(UUID_ONCE, "participants", ["consent_uuid"], unique=True)
    with op.batch_alter_table("responses") as batch:
        batch.alter_column("rt_ms", existing_type=sa.Float(), nullable=True)
    _create_recruitments()


def _create_recruitments() -> None:
    op.create_table(
        "recruitments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("errand", sa.String(), nullable=True),
        sa.CheckConstraint(
            "source IN ('prolific', 'mturk', 'laboratory', 'link')", name=op.f("ck_recruitments_source")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_recruitments_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_recruitments_study_id_studies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruitments")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_recruitments_participant_id")),
        sa.UniqueConstraint(
            "study_id", "kind", "source", "person", name=op.f("uq_recruitments_study_id_kind_source_person")
        ),
    )


def downgrade() -> None:
    op.drop_table("recruitments")
    op.execute("UPDATE responses SET rt_ms = 0 WHERE rt_ms IS NULL")
    with op.batch_alter_table("responses") as batch:
        batch.alter_column("rt_ms", existing_type=sa.Float(), nullable=False)
        batch.drop_column("flags")
    op.drop_index(UUID_ONCE, table_name="participants")
    op.drop_column("participants", "consent_uuid")
    op.drop_column("participants", "flags")
    op.drop_column("planned_trials", "set_aside_at")
    op.drop_column("studies", "secret")
