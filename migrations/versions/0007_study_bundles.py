"""A study has several bundles; natural stimuli tell their sources; the size at which pictures are served."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_studies_bundle_id_bundles"


def upgrade() -> None:
    op.create_table(
        "study_bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundles.id"], name=op.f("fk_study_bundles_bundle_id_bundles")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_study_bundles_study_id_studies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_bundles")),
        sa.UniqueConstraint("study_id", "position", name=op.f("uq_study_bundles_study_id_position")),
        sa.UniqueConstraint("study_id", "bundle_id", name=op.f("uq_study_bundles_study_id_bundle_id")),
        sa.UniqueConstraint("study_id", "network", name=op.f("uq_study_bundles_study_id_network")),
    )
    op.create_index(op.f("ix_study_bundles_bundle_id"), "study_bundles", ["bundle_id"])
    op.execute(
        "INSERT INTO study_bundles (study_id, position, bundle_id, network) "
        "SELECT studies.id, 0, bundles.id, bundles.model "
        "FROM studies JOIN bundles ON bundles.id = studies.bundle_id"
    )
    op.add_column("stimuli", sa.Column("source_sha256", sa.String(), nullable=True))
    with op.batch_alter_table("studies") as batch:
        batch.add_column(sa.Column("picture_px", sa.Integer(), nullable=True))
        batch.drop_constraint(FOREIGN_KEY, type_="foreignkey")
        batch.drop_column("bundle_id")


def downgrade() -> None:
    _refuse_several_bundles()
    op.add_column("studies", sa.Column("bundle_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE studies SET bundle_id = "
        "(SELECT bundle_id FROM study_bundles WHERE study_id = studies.id AND position = 0)"
    )
    with op.batch_alter_table("studies") as batch:
        batch.alter_column("bundle_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(FOREIGN_KEY, "bundles", ["bundle_id"], ["id"])
        batch.drop_column("picture_px")
    op.drop_column("stimuli", "source_sha256")
    op.drop_index(op.f("ix_study_bundles_bundle_id"), table_name="study_bundles")
    op.drop_table("study_bundles")


def _refuse_several_bundles() -> None:
    """The schema before cannot hold them, and leaving some out would lose what answers were given to."""
    query = sa.text(
        "SELECT name FROM studies WHERE id IN (SELECT study_id FROM study_bundles WHERE position > 0)"
    )
    if names := op.get_bind().execute(query).scalars().all():
        raise ValueError(
            f"studies of several bundles cannot be stored in the schema before: {', '.join(names)}"
        )
