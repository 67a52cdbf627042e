"""Studies can be paused."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATUSES = "status IN ('draft', 'open', 'paused', 'closed')"
STATUSES_BEFORE = "status IN ('draft', 'open', 'closed')"


def upgrade() -> None:
    _constrain(STATUSES)


def downgrade() -> None:
    op.execute("UPDATE studies SET status = 'closed' WHERE status = 'paused'")
    _constrain(STATUSES_BEFORE)


def _constrain(statuses: str) -> None:
    with op.batch_alter_table("studies") as batch:
        batch.drop_constraint(op.f("ck_studies_status"), type_="check")
        batch.create_check_constraint(op.f("ck_studies_status"), statuses)
