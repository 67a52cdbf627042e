"""Stimulus sets that were uploaded, their files, and which runs need them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "stimulus_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("grouping", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.CheckConstraint("medium IN ('picture', 'sound')", name=op.f("ck_stimulus_sets_medium")),
        sa.CheckConstraint("grouping IN ('folder', 'name', 'none')", name=op.f("ck_stimulus_sets_grouping")),
        sa.CheckConstraint("state IN ('open', 'ready')", name=op.f("ck_stimulus_sets_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_stimulus_sets_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus_sets")),
        sa.UniqueConstraint("name", name=op.f("uq_stimulus_sets_name")),
    )
    op.create_index(op.f("ix_stimulus_sets_owner_id"), "stimulus_sets", ["owner_id"])
    _create_files()
    op.create_table(
        "synthesis_run_sets",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["synthesis_runs.id"], name=op.f("fk_synthesis_run_sets_run_id_synthesis_runs")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["stimulus_sets.id"], name=op.f("fk_synthesis_run_sets_set_id_stimulus_sets")
        ),
        sa.PrimaryKeyConstraint("run_id", "set_id", name=op.f("pk_synthesis_run_sets")),
    )
    op.create_index(op.f("ix_synthesis_run_sets_set_id"), "synthesis_run_sets", ["set_id"])


def _create_files() -> None:
    op.create_table(
        "stimulus_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("source_bytes", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'warned', 'refused')", name=op.f("ck_stimulus_files_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["stimulus_sets.id"], name=op.f("fk_stimulus_files_set_id_stimulus_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus_files")),
        sa.UniqueConstraint("set_id", "path", name=op.f("uq_stimulus_files_set_id_path")),
    )
    op.create_index(op.f("ix_stimulus_files_set_id"), "stimulus_files", ["set_id"])


def downgrade() -> None:
    for table in ("synthesis_run_sets", "stimulus_files", "stimulus_sets"):
        op.drop_table(table)
