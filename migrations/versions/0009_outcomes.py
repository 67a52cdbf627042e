"""How sessions end, leases, parts of a plan for a gate and for catch trials, and a study's own stimuli."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATUSES = "status IN ('active', 'completed', 'screened_out', 'expired', 'withdrawn')"
STATUSES_BEFORE = "status IN ('active', 'completed')"
PHASES = "phase IN ('practice', 'gate', 'main', 'catch')"
PHASES_BEFORE = "phase IN ('practice', 'main')"
ONE_STIMULUS = "(stimulus_id IS NULL) <> (study_stimulus_id IS NULL)"
OWN_STIMULUS = "fk_planned_trials_study_stimulus_id_study_stimuli"
# Studies without steps of their own were made when their presets had these.
COURSES = {
    "image16-online": ("instructions", "practice", "practice_done", "trials"),
    "words-online": ("instructions", "sound_level", "practice", "practice_done", "trials"),
}


def upgrade() -> None:
    op.create_table(
        "study_stimuli",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_study_stimuli_study_id_studies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_stimuli")),
    )
    op.create_index(op.f("ix_study_stimuli_study_id"), "study_stimuli", ["study_id"])
    with op.batch_alter_table("participants") as batch:
        batch.drop_constraint(op.f("ck_participants_status"), type_="check")
        batch.create_check_constraint(op.f("ck_participants_status"), STATUSES)
        batch.add_column(sa.Column("outcome", sa.String(), nullable=True))
        batch.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("lease", sa.String(), nullable=True))
    with op.batch_alter_table("planned_trials") as batch:
        batch.drop_constraint(op.f("ck_planned_trials_phase"), type_="check")
        batch.create_check_constraint(op.f("ck_planned_trials_phase"), PHASES)
        batch.add_column(sa.Column("study_stimulus_id", sa.Integer(), nullable=True))
        batch.alter_column("stimulus_id", existing_type=sa.Integer(), nullable=True)
        batch.create_foreign_key(OWN_STIMULUS, "study_stimuli", ["study_stimulus_id"], ["id"])
        batch.create_check_constraint(op.f("ck_planned_trials_one_stimulus"), ONE_STIMULUS)
    op.execute(
        "UPDATE participants SET outcome = 'complete', ended_at = completed_at WHERE status = 'completed'"
    )
    _freeze_courses()


def downgrade() -> None:
    _refuse_what_cannot_be_stored()
    with op.batch_alter_table("planned_trials") as batch:
        batch.drop_constraint(op.f("ck_planned_trials_one_stimulus"), type_="check")
        batch.drop_constraint(op.f("ck_planned_trials_phase"), type_="check")
        batch.create_check_constraint(op.f("ck_planned_trials_phase"), PHASES_BEFORE)
        batch.drop_constraint(OWN_STIMULUS, type_="foreignkey")
        batch.alter_column("stimulus_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("study_stimulus_id")
    with op.batch_alter_table("participants") as batch:
        batch.drop_constraint(op.f("ck_participants_status"), type_="check")
        batch.create_check_constraint(op.f("ck_participants_status"), STATUSES_BEFORE)
        for column in ("lease", "ended_at", "outcome"):
            batch.drop_column(column)
    op.drop_index(op.f("ix_study_stimuli_study_id"), table_name="study_stimuli")
    op.drop_table("study_stimuli")


def _freeze_courses() -> None:
    """A study keeps the course of its sessions when its preset gets another."""
    studies = sa.table("studies", sa.column("id", sa.Integer), sa.column("definition", sa.JSON))
    connection = op.get_bind()
    for study_id, definition in connection.execute(sa.select(studies.c.id, studies.c.definition)).all():
        course = COURSES.get(definition.get("preset")) if isinstance(definition, dict) else None
        if course is None or definition.get("steps") is not None:
            continue
        practice = definition.get("practice_trials", 4)
        steps = [{"kind": kind} for kind in course if practice or not kind.startswith("practice")]
        changed = json.dumps({**definition, "steps": steps})
        update = "UPDATE studies SET definition = :definition WHERE id = :id"
        if connection.dialect.name == "postgresql":
            update = "UPDATE studies SET definition = CAST(:definition AS jsonb) WHERE id = :id"
        connection.execute(sa.text(update), {"definition": changed, "id": study_id})


def _refuse_what_cannot_be_stored() -> None:
    """The schema before has no such sessions and trials, and leaving them out would lose answers."""
    query = sa.text(
        "SELECT (SELECT count(*) FROM participants WHERE status NOT IN ('active', 'completed'))"
        " + (SELECT count(*) FROM planned_trials WHERE phase IN ('gate', 'catch'))"
    )
    if op.get_bind().execute(query).scalar():
        raise ValueError(
            "sessions that ended early, and gate and catch trials, cannot be stored in the schema before"
        )
