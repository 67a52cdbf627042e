"""From which archive a study was imported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.add_column("studies", sa.Column("imported_from", kind, nullable=True))


def downgrade() -> None:
    op.drop_column("studies", "imported_from")
