"""The kinds of steps that ask for something, over HTTP: refused, stored, judged, exported."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.analysis.files import codebook_csv, file_of
from app.analysis.pages import pages_of_study
from app.analysis.report import methods
from app.analysis.service import analyse
from app.db.session import Database
from app.db.tables import Participant, StepResult
from app.experiments.service import definition_of
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import answer_all, enter, new_client, step_body
from tests.integration.test_steps_come_out import simulate
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

STEPS = """
practice_trials: 0
steps:
  - {kind: device_check, phones: refused, least_width_px: 600}
  - kind: survey
    questions:
      - {id: age, text: "How old are you?", type: number, least: 1, screens_out: [17]}
      - {id: hears, text: "Do you <b>hear</b>?", type: one, options: ["=yes", "no"]}
      - {id: since, text: "Since when?", type: text, show_if: {hears: "no"}}
      - {id: uses, text: "What?", type: many, options: [wires, ears], required: false}
  - screen_scale
  - trials
  - {kind: debrief, text: "Thank you."}
completion_codes: {device: NO-DEVICE}
"""
PAGE = {"shown_ms": 100.0, "focus_losses": 0, "hidden": False}
DEVICE = {**PAGE, "phone": False, "window_width_px": 800, "audio": None, "gave_up": False}


@pytest.fixture
async def links(database: Database, tmp_path: Path, tiny_bundle: Path) -> dict[str, str]:
    file = tmp_path / "study.yaml"
    yaml = study_yaml(tiny_bundle, name="asking", extra=STEPS)
    file.write_text(yaml.replace("practice_trials: 4\n", ""))
    return await create_study(database, file, opened=True)


@pytest.fixture
async def code(client: httpx.AsyncClient, links: dict[str, str]) -> str:
    await enter(client, links["live"], read_on=False)
    return links["live"]


async def put(
    client: httpx.AsyncClient, code: str, position: int, kind: str, result: dict[str, Any]
) -> httpx.Response:
    body = json.dumps(step_body(kind, result))  # in ASCII: half a surrogate pair has no UTF-8
    headers = {"Content-Type": "application/json"}
    return await client.put(f"/api/{code}/steps/{position}", content=body, headers=headers)


async def told(client: httpx.AsyncClient, code: str) -> list[str]:
    view = (await client.get(f"/api/{code}/session")).json()
    return [step["kind"] for step in view["steps"]]


async def screen(client: httpx.AsyncClient, code: str) -> Any:
    """What the page is told of its screen."""
    return (await client.get(f"/api/{code}/session")).json()["screen"]


def rows_in(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def test_answers_that_are_missing_or_cannot_be_are_refused_and_nothing_is_stored(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await put(client, code, 0, "device_check", DEVICE)
    wrong = {"age": 0, "hears": "=yes", "since": "1990", "more": 1}
    refused = await put(client, code, 1, "survey", {**PAGE, "answers": wrong})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (422, "bad_answers")
    assert error["detail"] == {"problems": {"age": "too-small", "since": "hidden", "answers": "unknown"}}
    for nothing in ({}, {"answers": None}, {"answers": [1]}, {"answers": {"\ud83d": 1}}):
        again = await put(client, code, 1, "survey", nothing)
        problems = again.json()["error"]["detail"]["problems"]
        assert (problems["age"], problems["hears"]) == ("required", "required")
    assert [row.kind for row in await rows_of(database, StepResult)] == ["device_check"]
    assert await told(client, code) == ["survey"]
    right = {"age": 30, "hears": "no", "since": "\0 long ago"}
    assert (await put(client, code, 1, "survey", {**PAGE, "answers": right})).status_code == 200
    stored = (await rows_of(database, StepResult))[-1]
    assert stored.result["answers"] == {**right, "since": "� long ago"}
    assert stored.flags == []


async def test_an_answer_that_the_study_does_not_take_ends_the_session(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    view = (await client.get(f"/api/{code}/session")).text
    await put(client, code, 0, "device_check", DEVICE)
    view += (await client.get(f"/api/{code}/session")).text
    assert "screens_out" not in view and "17" not in view
    await put(client, code, 1, "survey", {**PAGE, "answers": {"age": 17, "hears": "=yes"}})
    [person] = await rows_of(database, Participant)
    assert person.outcome == "survey"
    after = (await client.get(f"/api/{code}/session")).json()
    assert (after["over"], after["steps"]) == (True, [])
    refused = await put(client, code, 2, "screen_scale", {**PAGE, "distance_cm": 60})
    assert refused.json()["error"]["code"] == "session_over"


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ({"phone": True}, "device"),
        ({"window_width_px": 599, "gave_up": True}, "device"),
        ({"phone": None, "window_width_px": "wide"}, None),
        ({"window_width_px": None, "gave_up": True}, None),
    ],
)
async def test_the_server_judges_the_device_by_what_was_measured(
    client: httpx.AsyncClient, code: str, database: Database, found: dict[str, Any], outcome: str | None
) -> None:
    assert (await put(client, code, 0, "device_check", {**DEVICE, **found})).status_code == 200
    [person] = await rows_of(database, Participant)
    assert person.outcome == outcome
    assert await told(client, code) == ([] if outcome else ["survey"])
    if outcome:
        end = await client.get(f"/end/{code}")
        assert "NO-DEVICE" in end.text


async def test_the_size_of_the_screen_is_stored_with_what_follows_from_it(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await put(client, code, 0, "device_check", DEVICE)
    await put(client, code, 1, "survey", {**PAGE, "answers": {"age": 30, "hears": "=yes"}})
    refused = await put(client, code, 2, "screen_scale", {**PAGE, "px_per_mm": 4.0})
    assert refused.json()["error"]["detail"] == {"problems": {"distance_cm": "required"}}
    result = {**PAGE, "px_per_mm": 4.0, "distance_cm": 57.29, "device_pixel_ratio": 2.0}
    assert await told(client, code) == ["screen_scale"]  # trials are shown by what it finds
    assert await screen(client, code) is None
    assert (await put(client, code, 2, "screen_scale", result)).status_code == 200
    assert await told(client, code) == ["trials", "debrief"]
    known = {"px_per_degree": pytest.approx(40, abs=0.01), "distance_cm": 57.29, "device_pixel_ratio": 2.0}
    assert await screen(client, code) == known
    stored = (await rows_of(database, StepResult))[-1]
    assert stored.result["px_per_degree"] == pytest.approx(40, abs=0.01)
    assert stored.flags == []
    await answer_all(client, code)
    assert await told(client, code) == ["debrief"]
    await put(client, code, 4, "debrief", PAGE)
    assert (await client.post(f"/api/{code}/finish", json={})).json() == {"outcome": "complete"}


async def test_everything_comes_out_in_files_that_no_spreadsheet_runs(
    app: FastAPI, database: Database, links: dict[str, str]
) -> None:
    async with new_client(app) as client:
        await enter(client, links["live"], read_on=False)
        await put(client, links["live"], 0, "device_check", DEVICE)
        answers = {"age": 30.5, "hears": "no", "since": "=HYPERLINK(1)", "uses": ["wires", "ears"]}
        await put(client, links["live"], 1, "survey", {**PAGE, "answers": answers})
    async with database.reading() as session:
        analysis = await analyse(session, "asking", "live")
        steps = rows_in((await file_of(session, analysis, "steps.csv"))[1])
        surveys = rows_in((await file_of(session, analysis, "surveys.csv"))[1])
    assert [row["step"] for row in steps] == ["device_check", "survey"]
    assert json.loads(steps[1]["answers"]) == answers
    assert (steps[0]["phone"], steps[0]["window_width_px"], steps[0]["answers"]) == ("False", "800", "")
    assert [(row["position"], row["question"], row["answer"]) for row in surveys] == [
        ("1", "age", "30.5"),
        ("1", "hears", "no"),
        ("1", "since", "'=HYPERLINK(1)"),
        ("1", "uses", "wires"),
        ("1", "uses", "ears"),
    ]
    assert {row["participant_id"] for row in surveys} == {steps[0]["participant_id"]}
    codebook = rows_in(codebook_csv(analysis.task, pages_of_study(analysis.study)))
    for name, table in (("steps", steps), ("surveys", surveys)):
        assert [row["name"] for row in codebook if row["table"] == name] == list(table[0])


async def test_simulated_participants_do_them_all(
    app: FastAPI, database: Database, links: dict[str, str]
) -> None:
    await simulate(app, links["simulated"], 3)
    async with database.reading() as session:
        analysis = await analyse(session, "asking", "simulated")
        steps = rows_in((await file_of(session, analysis, "steps.csv"))[1])
    assert {row["flags"] for row in steps} == {""}
    assert {row["step"] for row in steps} == {"device_check", "survey", "screen_scale", "debrief"}
    text = methods.course(definition_of(analysis.study), 15)
    assert "answered 4 questions on one page" in text
    assert "no phone, a window at least 600 CSS px wide" in text
    assert "ID-1" in text


async def test_a_page_loads_the_scripts_of_its_own_steps_only(
    app: FastAPI, client: httpx.AsyncClient, code: str, open_links: dict[str, str]
) -> None:
    asking = (await client.get(f"/run/{code}")).text
    async with new_client(app) as other:
        await enter(other, open_links["live"], read_on=False)
        plain = (await other.get(f"/run/{open_links['live']}")).text
    for script in ("survey", "fields", "questions", "device", "device_check", "screen_scale", "debrief"):
        assert f"/participant/steps/{script}.js" in asking
        assert f"/participant/steps/{script}.js" not in plain


async def test_a_study_without_questions_has_an_empty_table_of_them(
    database: Database, open_links: dict[str, str]
) -> None:
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "live")
        surveys = (await file_of(session, analysis, "surveys.csv"))[1]
    assert surveys.decode().strip() == "study,audience,participant_id,slot,position,question,answer"
