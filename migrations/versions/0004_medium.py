"""Whether a bundle holds pictures or sounds; all bundles so far hold pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With its default kept, SQLite adds the column in place: no copy of a table that others refer to.
    op.add_column("bundles", sa.Column("medium", sa.String(), nullable=False, server_default="picture"))


def downgrade() -> None:
    op.drop_column("bundles", "medium")
