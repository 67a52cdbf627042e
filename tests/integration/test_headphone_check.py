"""The headphone check over HTTP: its sounds in their turn, its verdict, and what comes out of it."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.analysis.files import file_of
from app.analysis.report import methods
from app.analysis.service import analyse
from app.db.session import Database
from app.db.tables import Participant, StepResult
from app.experiments.service import definition_of
from app.simulation.people.kinds import KINDS
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import enter, new_client, step_body, word_body
from tests.integration.test_people import taken_by
from tests.integration.test_steps_come_out import rows_in
from tests.support import WORDS, word_study_yaml

pytestmark = pytest.mark.anyio

COURSE = """
completion_codes: {headphones: EARS-1}
steps:
  - sound_level
  - {kind: headphone_check, method: both}
  - trials
"""
POSITION = 1


@pytest.fixture
async def links(database: Database, sound_bundle: Path, tmp_path: Path) -> dict[str, str]:
    """Codes of an open study with a check of 18 sounds, by audience."""
    file = tmp_path / "words.yaml"
    file.write_text(word_study_yaml(sound_bundle, practice_trials=0, extra=COURSE))
    return await create_study(database, file, opened=True)


async def begin(client: httpx.AsyncClient, code: str) -> None:
    """Come as far as the check."""
    await enter(client, code, read_on=False)
    put = await client.put(f"/api/{code}/steps/0", json=step_body("sound_level"))
    assert put.json()["next_position"] == POSITION


async def sound(client: httpx.AsyncClient, code: str, number: int) -> httpx.Response:
    return await client.get(f"/api/{code}/steps/{POSITION}/files/{number}")


async def test_sounds_come_while_the_check_is_due_and_are_each_persons_own(
    app: FastAPI, links: dict[str, str]
) -> None:
    code = links["live"]
    async with new_client(app) as one, new_client(app) as other:
        await enter(one, code, read_on=False)
        assert (await sound(one, code, 0)).status_code == 404  # the volume comes first
        await one.put(f"/api/{code}/steps/0", json=step_body("sound_level"))
        await begin(other, code)
        mine = [(await sound(one, code, number)).content for number in range(18)]
        again = [(await sound(one, code, number)).content for number in range(18)]
        assert mine == again
        assert mine != [(await sound(other, code, number)).content for number in range(18)]
        assert (await sound(one, code, 18)).json()["error"]["code"] == "no_such_file"
        await one.put(f"/api/{code}/steps/{POSITION}", json=step_body("headphone_check"))
        assert (await sound(one, code, 0)).status_code == 404  # it is over


async def test_the_server_judges_whatever_a_page_says_of_itself(
    client: httpx.AsyncClient, links: dict[str, str], database: Database
) -> None:
    code = links["live"]
    await begin(client, code)
    boast = {"sound_answers": "1x", "right_answers": "1", "correct_sides": 6, "correct_antiphase": 6}
    put = await client.put(f"/api/{code}/steps/{POSITION}", json=step_body("headphone_check", boast))
    told = put.json()["result"]
    assert not {"right_answers", "correct_sides", "correct_antiphase", "correct_huggins"} & set(told)
    [stored] = [row for row in await rows_of(database, StepResult) if row.kind == "headphone_check"]
    assert (stored.result["correct_sides"], stored.result["correct_antiphase"]) == (0, 0)
    assert stored.flags == ["sound_answers"]
    view = (await client.get(f"/api/{code}/session")).json()
    assert (view["over"], view["steps"]) == (True, [])
    assert (await client.post(f"/api/{code}/finish", json={})).json() == {"outcome": "headphones"}
    page = (await client.get(f"/end/{code}")).text
    assert "EARS-1" in page
    refused = await client.put(f"/api/{code}/trials/0", json=word_body("bat"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "session_over")


@pytest.mark.parametrize(("kind", "outcome"), [("layers", "complete"), ("fails_headphones", "headphones")])
async def test_simulated_people_pass_or_fail_and_it_comes_out(
    app: FastAPI, links: dict[str, str], database: Database, kind: str, outcome: str
) -> None:
    taken = await taken_by(app, links["simulated"], KINDS[kind], categories=WORDS)
    assert taken.outcome == outcome
    [participant] = await rows_of(database, Participant)
    assert (participant.outcome, participant.status == "completed") == (outcome, outcome == "complete")
    async with database.reading() as session:
        analysis = await analyse(session, "words", "simulated")
        table = rows_in((await file_of(session, analysis, "steps.csv"))[1])
    [row] = [row for row in table if row["step"] == "headphone_check"]
    counts = [row[f"correct_{part}"] for part in ("sides", "antiphase", "huggins")]
    assert counts == ["6", "6", "6" if outcome == "complete" else "0"]
    assert len(row["sound_answers"]) == len(row["right_answers"]) == 18
    assert (row["flags"], row["context_state"], row["sample_rate_hz"]) == ("", "running", "48000.0")
    course = methods.course(definition_of(analysis.study), 15)
    assert "no headphone check was made" not in course
    assert "fewer than 5 right answers of each kind took no further part." in course
