"""What participants leave on the steps comes out in files, that of a new kind of step too."""

import csv
import io
from pathlib import Path
from typing import Any, Literal

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from app.analysis.files import codebook_csv, file_of, steps_csv
from app.analysis.pages import pages_of_study
from app.analysis.report import methods
from app.analysis.service import analyse, trials
from app.db.session import Database
from app.experiments.service import definition_of
from app.simulation.queries import PlanTruth, planned_truth
from app.simulation.visit import take_part
from app.steps.registry import KINDS
from app.steps.step import Page, Setting, Step, StepParameters, StepRecord
from app.tasks.codebook import Column
from app.tasks.record import Count
from tests.conftest import create_study
from tests.http import new_client
from tests.integration.test_analysis import observer_of
from tests.support import study_yaml

pytestmark = pytest.mark.anyio


class MoodParameters(StepParameters):
    kind: Literal["mood"] = "mood"
    question: str


class MoodRecord(StepRecord):
    rating: Count | None = None


class Mood(Page):
    name = "mood"
    parameters = MoodParameters
    result = MoodRecord
    columns = (Column("rating", "integer", "", "answer to the question, from 1 to 7"),)

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        assert isinstance(step.parameters, MoodParameters)
        return {"question": step.parameters.question}

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        assert told == {"question": "How are you today"}
        return {**super().simulate(told, random), "rating": int(random.integers(1, 8))}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "Participants said how they were."


async def simulate(app: FastAPI, code: str, count: int) -> None:
    database: Database = app.state.database

    async def look_up(asset_token: str) -> PlanTruth:
        async with database.reading() as session:
            truth = await planned_truth(session, asset_token)
        assert truth is not None
        return truth

    for _ in range(count):
        async with new_client(app) as client:
            await take_part(client, code, look_up, observer_of)


def rows_in(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def test_a_new_kind_of_step_is_walked_stored_exported_and_described(
    app: FastAPI,
    database: Database,
    tmp_path: Path,
    tiny_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, "mood", Mood())
    steps = "steps: [instructions, practice, trials, {kind: mood, question: How are you today}]\n"
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, name="moody", extra=steps))
    code = (await create_study(database, file, opened=True))["simulated"]
    await simulate(app, code, 2)
    async with database.reading() as session:
        analysis = await analyse(session, "moody", "simulated")
        table = rows_in((await file_of(session, analysis, "steps.csv"))[1])
    assert [(row["step"], row["position"]) for row in table] == [("instructions", "0"), ("mood", "3")] * 2
    assert all(1 <= int(row["rating"]) <= 7 for row in table if row["step"] == "mood")
    assert all(row["rating"] == "" for row in table if row["step"] != "mood")
    codebook = rows_in(codebook_csv(analysis.task, pages_of_study(analysis.study)))
    described = [row["name"] for row in codebook if row["table"] == "steps"]
    assert described == list(table[0])
    assert "Participants said how they were." in methods.course(definition_of(analysis.study), 15)


async def test_steps_csv_holds_what_was_stored(
    app: FastAPI, database: Database, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 3)
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "simulated")
        single = await trials(session, analysis)
        alone = (await file_of(session, analysis, "steps.csv"))[1]
    assert steps_csv(single.steps) == alone
    table = rows_in(alone)
    assert [row["step"] for row in table] == ["instructions", "practice_done"] * 3
    assert all(float(row["shown_ms"]) > 0 and row["hidden"] == "False" for row in table)
    assert {row["flags"] for row in table} == {""}
    assert len({row["participant_id"] for row in table}) == 3


async def test_without_results_the_table_has_its_header(
    database: Database, open_links: dict[str, str]
) -> None:
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "live")
        written = (await file_of(session, analysis, "steps.csv"))[1]
    codebook = rows_in(codebook_csv(analysis.task, pages_of_study(analysis.study)))
    names = [row["name"] for row in codebook if row["table"] == "steps"]
    assert written.decode().strip().split(",") == names


async def test_a_study_keeps_the_course_that_it_was_made_with(
    client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "live")
    stored = analysis.study.definition["steps"]
    assert [step["kind"] for step in stored] == ["instructions", "practice", "practice_done", "trials"]
    assert stored[3] == {
        "kind": "trials",
        "breaks": 3,
        "trials_between": 20,
        "break_after": [],
        "catch": 0,
        "catch_sounds": None,
    }
