"""Tombstones of people whose ids were deleted, the installation's secrets, and the texts of consent."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "installation_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("name"),
        _text("value"),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_secrets")),
        sa.UniqueConstraint("name", name=op.f("uq_installation_secrets_name")),
    )
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("audience", "source", "what", "mark", "reason")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_tombstones_study_id_studies")),
        sa.CheckConstraint("what IN ('person', 'visit')", name=op.f("ck_tombstones_what")),
        sa.CheckConstraint("reason IN ('withdrawn', 'retention')", name=op.f("ck_tombstones_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
        sa.UniqueConstraint(
            "study_id", "audience", "source", "what", "mark", name=op.f("uq_tombstones_mark")
        ),
    )
    texts = op.create_table(
        "consent_texts",
        _text("sha256"),
        _text("text"),
        _moment("stored_at"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_texts")),
    )
    now = datetime.now(UTC)
    rows = [{"sha256": key, "text": text, "stored_at": now} for key, text in _texts_of_studies().items()]
    if rows:
        op.bulk_insert(texts, rows)


def _texts_of_studies() -> dict[str, str]:
    """The texts that people may have agreed to before texts were kept apart, by their SHA-256."""
    found = {}
    for (stored,) in op.get_bind().execute(sa.text("SELECT definition FROM studies")):
        definition = json.loads(stored) if isinstance(stored, str | bytes) else stored
        text = definition.get("consent") if isinstance(definition, dict) else None
        if isinstance(text, str):
            found[sha256(text.encode()).hexdigest()] = text
    return found


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM tombstones")).scalar():
        raise ValueError("the schema before knows no tombstones, and who took part must not be forgotten")
    for table in ("consent_texts", "tombstones", "installation_secrets"):
        op.drop_table(table)
