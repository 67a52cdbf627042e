"""The results of steps that hold no trials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "step_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("client_uuid", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("flags", JSON, nullable=False, server_default="[]"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_step_results_participant_id_participants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_results")),
        sa.UniqueConstraint(
            "participant_id", "position", name=op.f("uq_step_results_participant_id_position")
        ),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_step_results_client_uuid")),
    )


def downgrade() -> None:
    op.drop_table("step_results")
