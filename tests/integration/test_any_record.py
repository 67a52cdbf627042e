"""Nothing that a participant can send, or a database can hold, breaks an answer, an analysis or a page."""

import io
import json
import uuid
from typing import Any

import httpx
import pandas as pd
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.analysis.files import codebook_csv, file_names, file_of, trials_csv
from app.analysis.pages import pages_of_study
from app.analysis.report.content import load
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.analysis.results import StudyAnalysis, Trials
from app.analysis.service import analyse, answers, quality, trials
from app.db.session import Database
from app.db.tables import Response
from app.exports.files import ZipFiles
from app.exports.formats.registry import FORMATS
from app.exports.source import Source
from app.tasks.registry import TASKS
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import SOUND_TIMING, TIMING, all_trials, answer_body, enter, new_client, pass_pages
from tests.strategies import ANY_JSON, ANY_RECORD, TEXT

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
CHOICE = {"tiny": "bear", "words": "bat"}
# Each example is a whole session, or all stored answers, and every table that is made of it.
MANY = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
ANSWERS = st.sampled_from(["bear", "bear", "bear", "dog"]) | TEXT
BODIES = st.lists(
    st.fixed_dictionaries(
        {
            "answer": st.sampled_from(["bear", "bear", "bear", "dog"]) | TEXT,
            "rt_ms": ANY_JSON,
            "timing": ANY_RECORD,
        }
    ),
    min_size=10,
    max_size=10,
)
DEEP = "[" * 5_000 + "]" * 5_000
ODD = [
    {},
    None,
    [],
    "boom",
    {**TIMING, "entry": "boom"},
    {**SOUND_TIMING, "entry": "boom"},
    {**TIMING, "frame_ms": 1e9, "entry": {"how": {"a": 1}}, "further": "boom"},
    {"requested_image_ms": True, "requested_sound_ms": "2000", "hidden": 1},
    {"flips_ms": [], "context_state": {"a": 1}, "sample_rate_hz": float("nan")},
    {"image_frames": 10**400, "interruptions": 2**63, "late_ms": float("-inf"), "constructor": None},
    {**TIMING, "study": "x", "condition": "natural", "correct": True, "\0": "\ud800", "kept": 5},
]


FIRST_MAIN = 4  # after the trials for practice


async def take_part(client: httpx.AsyncClient, code: str, study: str, bodies: list[dict[str, Any]]) -> None:
    """A session in which each answer is sent as it was drawn, and as a page would go on if it is refused."""
    await enter(client, code)
    for trial in await all_trials(client, code):
        if trial["index"] == FIRST_MAIN:
            await pass_pages(client, code)
        path = f"/api/{code}/trials/{trial['index']}"
        drawn = {**bodies[trial["index"] % len(bodies)], "uuid": str(uuid.uuid4())}
        sent = await client.put(path, content=json.dumps(drawn), headers=JSON)
        assert sent.status_code in {200, 422}, sent.text
        if sent.status_code == 422:
            body = {
                "uuid": drawn["uuid"],
                "status": 422,
                "code": "unknown_answer",
                "message": sent.text[:500],
            }
            body["body"] = json.dumps(drawn)[:16_000]
            aside = await client.post(f"{path}/set-aside", content=json.dumps(body), headers=JSON)
            assert aside.status_code in {200, 409}, aside.text
            if aside.status_code == 409:
                good = answer_body(CHOICE[study])
                assert (await client.put(path, json=good)).status_code == 200
    finished = await client.post(f"/api/{code}/finish", json={})
    assert finished.status_code == 200, finished.text


async def read_all(database: Database, study: str) -> tuple[StudyAnalysis, Trials]:
    """Every table, in every format that trials are exported in."""
    async with database.reading() as session:
        analysis = await analyse(session, study, "live")
        await quality(session, analysis)
        await answers(session, analysis)
        single = await trials(session, analysis)
        for form in FORMATS.values() if not single.kept.empty else ():
            assert await form.write(Source(session, analysis), ZipFiles(io.BytesIO()))
    assert len(single.table) == analysis.scores["trials"].sum()
    assert len(single.kept) == analysis.flow.trials_analysed
    written = pd.read_csv(io.BytesIO(trials_csv(single.table)))
    assert len(written) == len(single.table)
    single.table.to_parquet(io.BytesIO(), index=False)
    assert codebook_csv(analysis.task, pages_of_study(analysis.study))
    return analysis, single


@given(bodies=BODIES)
@MANY
async def test_any_record_is_taken_and_analysed(
    app: FastAPI, open_links: dict[str, str], database: Database, bodies: list[dict[str, Any]]
) -> None:
    async with new_client(app) as client:
        await take_part(client, open_links["live"], "tiny", bodies)
    await read_all(database, "tiny")


@given(records=st.lists(ANY_RECORD, min_size=10, max_size=10), flags=ANY_JSON)
@MANY
async def test_any_stored_record_is_analysed(
    app: FastAPI, word_links: dict[str, str], database: Database, records: list[Any], flags: Any
) -> None:
    if not await rows_of(database, Response):
        async with new_client(app) as client:
            good = {"answer": "bat", "rt_ms": 3000, "timing": SOUND_TIMING}
            await take_part(client, word_links["live"], "words", [good])
    await store(database, records, flags)
    await read_all(database, "words")


async def store(database: Database, records: list[Any], flags: Any) -> None:
    """Put these records into the stored answers, as an earlier release or a hand could have."""
    statement = text("UPDATE responses SET timing = :timing, flags = :flags WHERE id = :id")
    if database.writers.engine.dialect.name == "postgresql":
        changes = "timing = CAST(:timing AS jsonb), flags = CAST(:flags AS jsonb)"
        statement = text(f"UPDATE responses SET {changes} WHERE id = :id")
    async with database.writing() as session:
        for number, response in enumerate(await rows_of(database, Response)):
            values = {"timing": as_stored(records[number % len(records)]), "flags": as_stored(flags)}
            await session.execute(statement, {"id": response.id, **values})


def as_stored(value: Any) -> str:
    """JSON as both databases hold it: without NUL, halves of pairs, and numbers that are none."""
    told = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode().replace("\\u0000", "?")
    return told.replace("NaN", "null").replace("-Infinity", "null").replace("Infinity", "null")


@pytest.mark.parametrize(("study", "kind"), [("tiny", "image16"), ("words", "words")])
async def test_every_file_and_page_is_made_of_odd_answers(
    client: httpx.AsyncClient,
    open_links: dict[str, str],
    word_links: dict[str, str],
    database: Database,
    study: str,
    kind: Any,
) -> None:
    links = open_links if study == "tiny" else word_links
    choice = CHOICE[study]
    bodies = [{"answer": choice, "rt_ms": None, "timing": odd} for odd in ODD]
    bodies[5] = {"answer": "<script>alert(1)</script>", "rt_ms": -1, "timing": {}}
    await take_part(client, links["live"], study, bodies)
    analysis, single = await read_all(database, study)
    # A figure's print is made of its drawing, whatever was answered.
    names = [name for name in file_names(TASKS[kind]) if not name.endswith((".png", ".pdf"))]
    async with database.reading() as session:
        for name in names:
            assert (await file_of(session, analysis, name))[1]
        report = await load(session, analysis)
    page = to_html(report)
    assert b"record: " in page and to_print(report).startswith(b"%PDF")
    assert any(caveat.startswith("record: ") for caveat in single.caveats)
    await sign_in(client, database)
    for path in (
        "/admin",
        f"/admin/studies/{study}",
        f"/admin/studies/{study}?audience=pilot",
        "/admin/synthesis",
    ):
        shown = await client.get(path)
        assert shown.status_code == 200
    shown = await client.get(f"/admin/studies/{study}")
    assert "&lt;script&gt;alert(1)" in shown.text and "<script>alert" not in shown.text
    for name in ("trials.csv", "response_times.vega.json"):
        made = await client.get(f"/admin/studies/{study}/live/{name}")
        assert made.status_code == 200, f"{name}: {made.text[:200]}"


@pytest.mark.parametrize("stored", ["{broken", DEEP, "9" * 5_000, ""])
async def test_what_is_no_json_is_a_caveat(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database, stored: str
) -> None:
    if database.writers.engine.dialect.name == "postgresql" and stored in {"{broken", ""}:
        pytest.skip("Postgres itself holds nothing but JSON")
    await take_part(client, open_links["live"], "tiny", [answer_body()])
    cast = "CAST(:stored AS jsonb)" if database.writers.engine.dialect.name == "postgresql" else ":stored"
    async with database.writing() as session:
        await session.execute(text(f"UPDATE responses SET timing = {cast} WHERE id = 7"), {"stored": stored})
    _analysis, single = await read_all(database, "tiny")
    assert single.caveats[-1].startswith("record: 1 answer: ")
