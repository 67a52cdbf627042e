"""A study of the lab preset: no answer is an answer there, and nowhere else; the analysis knows it."""

from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from app.analysis.files import all_files, file_names
from app.analysis.report.content import load
from app.analysis.report.page import to_html
from app.analysis.service import analyse, answers, quality, trials
from app.core.errors import Invalid
from app.core.randomness import generator
from app.db.session import Database
from app.db.tables import Response
from app.exports.formats.mvh import PictureNames, of_person
from app.simulation.queries import PlanTruth
from app.tasks.image16.task import IMAGE16
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import TIMING, answer_body, enter, put_answer
from tests.integration.test_analysis import simulate
from tests.support import CATEGORIES, LAYERS, build_tiny_bundle, study_yaml

pytestmark = pytest.mark.anyio

NO_CLICK = {**TIMING, "clicks": []}


@pytest.fixture
async def lab_links(database: Database, tiny_bundle: Path, tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "lab.yaml"
    file.write_text(study_yaml(tiny_bundle, name="lab", preset="image16-lab", practice_trials=1))
    return await create_study(database, file, opened=True)


async def test_no_answer_is_stored_and_wrong(
    client: httpx.AsyncClient, lab_links: dict[str, str], database: Database
) -> None:
    code = lab_links["live"]
    await enter(client, code)
    body = answer_body("na", rt_ms=None, timing=NO_CLICK)
    out = await client.put(f"/api/{code}/trials/0", json=body)
    assert out.json()["feedback"]["correct"] is False
    assert (await client.put(f"/api/{code}/trials/0", json=body)).json() == out.json()
    await put_answer(client, code, 1, answer_body("na", rt_ms=99, timing="boom"))
    first, second = await rows_of(database, Response)
    assert (first.answer, first.correct, first.rt_ms, first.flags) == ("na", False, None, [])
    assert (second.answer, second.correct, second.rt_ms) == ("na", False, None)
    assert second.flags == ["rt_ms", "record"]


@pytest.mark.parametrize("answer", ["NA", "na ", "", "none"])
async def test_no_other_word_says_so(
    client: httpx.AsyncClient, lab_links: dict[str, str], answer: str
) -> None:
    code = lab_links["live"]
    await enter(client, code)
    refused = await client.put(f"/api/{code}/trials/0", json=answer_body(answer))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_answer")


async def test_without_a_fixed_interval_na_is_no_answer(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await enter(client, open_links["live"])
    refused = await client.put(f"/api/{open_links['live']}/trials/0", json=answer_body("na", rt_ms=None))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_answer")


async def test_no_category_is_called_na(database: Database, tmp_path: Path) -> None:
    bundle = build_tiny_bundle(tmp_path / "bundle", 8, failed=frozenset(), categories=["NA", *CATEGORIES[1:]])
    file = tmp_path / "na.yaml"
    file.write_text(study_yaml(bundle, practice_trials=0))
    with pytest.raises(Invalid, match="'na' is no category: it stands for no answer; rename it") as error:
        await create_study(database, file, opened=False)
    assert "\n" not in str(error.value)


async def test_the_analysis_counts_it_as_no_answer(
    app: FastAPI, lab_links: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third of the trials pass without a click."""
    answering = IMAGE16.simulate

    def often_silent(observer, trial, told) -> SimulatedAnswer:  # type: ignore[no-untyped-def]
        given = answering(observer, trial, told)
        if observer.chance(1 / 3):
            return SimulatedAnswer("na", None, {**given.timing, "clicks": []})
        return given

    def observer(truth: PlanTruth) -> SimulatedObserver:
        return SimulatedObserver(
            dict.fromkeys(["natural", *LAYERS], 0.7), CATEGORIES, generator(5, "lab", truth.slot)
        )

    monkeypatch.setattr(IMAGE16, "simulate", often_silent)
    await simulate(app, lab_links["simulated"], 4, observer)
    database: Database = app.state.database
    async with database.reading() as session:
        analysis = await analyse(session, "lab", "simulated")
        counted, single = await answers(session, analysis), await trials(session, analysis)
        numbers = await quality(session, analysis)
        report = await load(session, analysis)
    table = single.kept
    silent = table["answer"] == "na"
    assert 5 < silent.sum() < len(table)
    assert not table.loc[silent, "correct"].any()
    assert table.loc[silent, ["rt_ms", "first_click", "first_click_ms"]].isna().all(axis=None)
    assert (table.loc[silent, "click_count"] == 0).all() and (table.loc[~silent, "click_count"] > 0).all()
    assert numbers.rt_trials == (~silent).sum()
    assert numbers.median_rt_ms == pytest.approx(np.median(table.loc[~silent, "rt_ms"]))
    files = dict(all_files(counted, single))
    assert set(files) == set(file_names(IMAGE16))
    confusion = files["confusion.csv"].decode().splitlines()
    unanswered = [int(line.split(",")[3]) for line in confusion if line.split(",")[2] == "na"]
    assert sum(unanswered) == silent.sum()
    page = to_html(report).decode()
    assert "Trials without a choice were stored as “na” and counted as wrong." in page
    people = [of_person(who, part, PictureNames()) for who, part in table.groupby("participant_id")]
    rows = [row for text in people for row in text.decode().splitlines()[1:]]
    assert sum(row.split(",")[3:5] == ["NaN", "na"] for row in rows) == silent.sum()
