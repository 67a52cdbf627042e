"""Whether a trial was on time and attended, as columns, and an index to count answers by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX = "ix_responses_scores"
INDEXED = ["planned_trial_id", "correct", "rt_ms", "on_time", "attended"]


def upgrade() -> None:
    op.add_column("responses", sa.Column("on_time", sa.Boolean(), nullable=True))
    op.add_column("responses", sa.Column("attended", sa.Boolean(), nullable=True))
    _read_from_records()
    op.create_index(INDEX, "responses", INDEXED, unique=False)


def _read_from_records() -> None:
    """What `app.tasks.timing` said of a record when this migration was written."""
    responses = sa.table(
        "responses",
        sa.column("timing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("on_time", sa.Boolean()),
        sa.column("attended", sa.Boolean()),
    )
    timing = responses.c.timing
    requested, achieved, frame = (
        timing[name].as_float() for name in ("requested_image_ms", "achieved_image_ms", "frame_ms")
    )
    losses, hidden = timing["focus_losses"].as_integer(), timing["hidden"].as_boolean()
    op.execute(
        responses.update().values(
            on_time=sa.func.abs(achieved - requested) <= frame + 0.5,
            attended=sa.case(
                (losses.is_(None) & hidden.is_(None), sa.null()),
                else_=(sa.func.coalesce(losses, 0) == 0) & sa.not_(sa.func.coalesce(hidden, sa.false())),
            ),
        )
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="responses")
    with op.batch_alter_table("responses") as batch:
        batch.drop_column("attended")
        batch.drop_column("on_time")
