"""Bundles of dimensions, trials whose level is chosen from the answers, and requests for pictures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("bundles", sa.Column("dimensions", JSON, nullable=True))
    op.add_column("planned_trials", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "abx_trials",
        sa.Column("planned_trial_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("changed_first", sa.Boolean(), nullable=False),
        sa.Column("x_changed", sa.Boolean(), nullable=False),
        sa.Column("asked_level", sa.Double(), nullable=True),
        sa.Column("stimulus_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.Double(), nullable=True),
        sa.Column("fell_back", sa.Boolean(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["planned_trial_id"],
            ["planned_trials.id"],
            name=op.f("fk_abx_trials_planned_trial_id_planned_trials"),
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_id"], ["stimuli.id"], name=op.f("fk_abx_trials_stimulus_id_stimuli")
        ),
        sa.PrimaryKeyConstraint("planned_trial_id", name=op.f("pk_abx_trials")),
    )
    op.create_index(op.f("ix_abx_trials_stimulus_id"), "abx_trials", ["stimulus_id"])
    op.create_table(
        "picture_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("stimulus_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'taken', 'done', 'failed')", name=op.f("ck_picture_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundles.id"], name=op.f("fk_picture_requests_bundle_id_bundles")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["stimuli.id"], name=op.f("fk_picture_requests_original_id_stimuli")
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_id"], ["stimuli.id"], name=op.f("fk_picture_requests_stimulus_id_stimuli")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_requests")),
        sa.UniqueConstraint(
            "bundle_id",
            "original_id",
            "dimension",
            "step",
            name=op.f("uq_picture_requests_bundle_id_original_id_dimension_step"),
        ),
    )
    op.create_index(op.f("ix_picture_requests_state"), "picture_requests", ["state"])


def downgrade() -> None:
    op.drop_table("picture_requests")
    op.drop_table("abx_trials")
    op.drop_column("planned_trials", "dropped_at")
    op.drop_column("bundles", "dimensions")
