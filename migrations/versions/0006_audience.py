"""Whom a link is for, and so whose answers come by it, is called the audience: live, pilot or simulated."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("participants", "recruitments", "study_links")


def upgrade() -> None:
    _rename("kind", "audience")


def downgrade() -> None:
    _rename("audience", "kind")


def _rename(old: str, new: str) -> None:
    """In place: on SQLite a table that others refer to cannot be copied. So constraints keep their names."""
    for table in TABLES:
        op.alter_column(table, old, new_column_name=new, existing_type=sa.String(), existing_nullable=False)
    op.drop_index(f"ix_participants_study_id_{old}_slot", table_name="participants")
    op.create_index(f"ix_participants_study_id_{new}_slot", "participants", ["study_id", new, "slot"])
