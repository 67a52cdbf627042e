"""A database of the release before: its answers are the same to the newest one."""

import asyncio
import json
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from app.analysis.figures.figure import FORMATS
from app.analysis.files import recognition_figure
from app.analysis.service import analyse, trials
from app.db.migrate import alembic_config, upgrade
from app.db.session import Database
from app.experiments.schemas import StudyDefinition
from tests.http import SOUND_TIMING, TIMING
from tests.support import CATEGORIES, WORDS

MOMENT = "2026-01-01 00:00:00+00:00"
MEDIA = {"pictures": ("picture", CATEGORIES), "words": ("sound", WORDS)}
CONDITIONS = ("natural", "early", "late")
PEOPLE, TRIALS = 4, 12
# As that release stored records: further fields beside the others, and what it let pass.
FURTHER = {"window_width_px": 1280, "device_pixel_ratio": 2.0}
RECORDS = {
    "pictures": [
        {**TIMING, **FURTHER},
        {**TIMING, "entry": "boom", "frame_ms": 1e9},
        {"requested_image_ms": 300.0, "flips_ms": {}, "focus_losses": None},
    ],
    "words": [
        {**SOUND_TIMING, **FURTHER},
        {**SOUND_TIMING, "entry": {"keystrokes": None, "first_key_ms": None, "pastes": None, "how": None}},
        {"requested_sound_ms": 2000.0, "base_latency_ms": None, "entry": {}},
    ],
}

# Made by the release whose newest schema was 0005, from the same answers.
ROW = (
    "4,16,0.625,0.1613743060919757,0.13975424859373686,0.0,0.1570444533341274,0.937146710040024,,0.95,0.0625"
)
RECOGNITION_CSV = (
    "condition,participants,trials,proportion_correct,sem,sem_ddof0,sem_within,ci_low,ci_high,note,ci_level,"
    "chance,participants_without_exclusions,proportion_correct_without_exclusions,sem_without_exclusions\n"
    + "".join(f"{condition},{ROW},4,0.625,0.1613743060919757\n" for condition in CONDITIONS)
)


def rows_of_study(number: int, name: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of one study at the schema 0004, by table."""
    medium, categories = MEDIA[name]
    definition = StudyDefinition(
        name=name,
        title=name,
        preset="image16-online" if medium == "picture" else "words-online",
        bundle="nowhere",
        vocabulary=None if medium == "picture" else list(categories),
        participants=4,
        duration_minutes=5,
        consent="yes",
    )
    base = 1000 * number
    tables: dict[str, list[dict[str, Any]]] = {
        "bundles": [
            {
                "id": number,
                "digest": name,
                "path": "nowhere",
                "model": "m",
                "medium": medium,
                "layers": json.dumps(CONDITIONS[1:]),
                "categories": json.dumps(categories),
                "ingested_at": MOMENT,
            }
        ],
        "studies": [
            {
                "id": number,
                "name": name,
                "status": "open",
                "definition": definition.model_dump_json(),
                "bundle_id": number,
                "created_at": MOMENT,
                "opened_at": MOMENT,
            }
        ],
        "stimuli": [
            {
                "id": base + trial,
                "bundle_id": number,
                "natural_id": f"n{trial:02}",
                "category": categories[trial],
                "condition": CONDITIONS[trial % 3],
                "seed": 0,
                "blob_sha256": "0" * 64,
                "media_type": "image/png",
                "certified": True,
                "certificate": "{}",
            }
            for trial in range(TRIALS)
        ],
        "participants": [],
        "planned_trials": [],
        "responses": [],
    }
    for person in range(PEOPLE):
        add_person(tables, base + 100 * person, person, name)
    return tables


def add_person(tables: dict[str, list[dict[str, Any]]], key: int, person: int, name: str) -> None:
    """Someone whose answers are right where the trial's number is at least the person's, per condition."""
    study = tables["studies"][0]["id"]
    tables["participants"].append(
        {
            "id": key,
            "study_id": study,
            "kind": "live",
            "slot": person,
            "token_sha256": f"{name}{person}",
            "status": "completed",
            "consented_at": MOMENT,
            "last_seen_at": MOMENT,
            "completed_at": MOMENT,
        }
    )
    for trial, stimulus in enumerate(tables["stimuli"]):
        right = trial // 3 >= person
        category = stimulus["category"]
        planned = {"id": key + trial, "participant_id": key, "trial_index": trial, "phase": "main"}
        token = {"stimulus_id": stimulus["id"], "asset_token": f"{name}{key + trial}"}
        tables["planned_trials"].append(planned | token)
        tables["responses"].append(
            {
                "id": key + trial,
                "planned_trial_id": key + trial,
                "client_uuid": f"{name}{key + trial}",
                "answer": category if right else tables["stimuli"][trial - 1]["category"],
                "correct": right,
                "rt_ms": 700.0 + trial,
                "timing": json.dumps(RECORDS[name][trial % 3]),
                "received_at": MOMENT,
                "on_time": True,
                "attended": True,
            }
        )


def fill(url: str) -> None:
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        for number, name in enumerate(MEDIA, start=1):
            for table, rows in rows_of_study(number, name).items():
                columns = list(rows[0])
                values = ", ".join(f":{column}" for column in columns)
                statement = text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")
                connection.execute(statement, rows)
    engine.dispose()


@pytest.mark.parametrize("name", sorted(MEDIA))
def test_answers_of_the_release_before_give_the_same_table(empty_database_url: str, name: str) -> None:
    upgrade(empty_database_url)
    command.downgrade(alembic_config(empty_database_url), "0004")
    fill(empty_database_url)
    upgrade(empty_database_url)
    found = asyncio.run(analysed(empty_database_url, name))
    # Per condition there are 4 trials, of which person k answers 4 - k right: (4 + 3 + 2 + 1) of 16.
    assert found["proportions"] == [0.625] * 3
    assert found["trials"] == PEOPLE * TRIALS
    assert found["recognition.csv"].decode() == RECOGNITION_CSV
    assert found["rt_ms"] == [700.0 + trial for trial in range(TRIALS)] * PEOPLE
    assert found["caveats"] == (
        ("Measurements that cannot be, and are taken as not measured, by field: frame_ms (16).",)
        if name == "pictures"
        else ()
    )


async def analysed(url: str, name: str) -> dict[str, Any]:
    database = Database(url)
    try:
        async with database.reading() as session:
            analysis = await analyse(session, name, "live")
            single = await trials(session, analysis)
    finally:
        await database.close()
    return {
        "proportions": [point.proportion_correct for point in analysis.recognition.conditions],
        "trials": analysis.recognition.trials,
        "rt_ms": single.table["rt_ms"].tolist(),
        "caveats": single.caveats,
        "recognition.csv": FORMATS["csv"].make(recognition_figure(analysis)),
    }
