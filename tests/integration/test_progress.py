"""The pages of a running study: who is where, how sessions ended, one participant; on both databases."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.admin import routes as pages
from app.admin.dashboard import routes
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Participant, Study, StudyBundle, StudyLink
from app.progress import service
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import answer_all, answer_trials, enter, new_client
from tests.integration.test_analysis import simulate
from tests.statements import sent_statements

pytestmark = pytest.mark.anyio
PROGRESS = "/admin/studies/tiny/progress"


def numbers(page: str) -> dict[str, str]:
    """What each number of a page's lists is called, and the number."""
    return {name: number.strip() for name, number in re.findall(r"<dt>(.*?)</dt><dd>([^<]*)", page)}


@pytest.fixture
async def admin(
    client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> httpx.AsyncClient:
    return await sign_in(client, database)


@asynccontextmanager
async def person(app: FastAPI, code: str) -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(app) as client:
        await enter(client, code)
        yield client


async def test_who_is_where_is_counted(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with person(app, code) as done, person(app, code) as trying, person(app, code):
        await answer_all(done, code)
        assert (await done.post(f"/api/{code}/finish", json={})).status_code == 200
        await answer_trials(trying, code, 3)
        async with new_client(app) as reading:
            await enter(reading, code, read_on=False)
        async with database.writing() as session:  # who was not heard of for long
            last = (await session.scalars(select(Participant).order_by(Participant.id))).all()[2]
            last.last_seen_at = utc_now() - timedelta(hours=3)
        found = numbers((await admin.get(PROGRESS)).text)
    assert (found["Consented"], found["At it now"], found["Completed"], found["Left"]) == ("4", "2", "1", "1")
    assert (found["practice"], found["instructions"]) == ("1", "1")
    pilot = numbers((await admin.get(f"{PROGRESS}?audience=pilot")).text)
    assert pilot["Consented"] == "0"


async def test_how_sessions_ended_is_said_in_words(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    async with person(app, open_links["live"]), person(app, open_links["live"]):
        pass
    async with database.writing() as session:
        first, second = (await session.scalars(select(Participant).order_by(Participant.id))).all()
        first.status, first.outcome, first.ended_at = "expired", "returned", utc_now()
        second.status, second.outcome, second.ended_at = "withdrawn", "withdrawn", utc_now()
    found = numbers((await admin.get(PROGRESS)).text)
    assert (found["gave the place back (returned)"], found["withdrew"]) == ("1", "1")
    rows = (await admin.get("/admin/studies/tiny/participants?status=expired")).text
    assert rows.count('<th scope="row">') == 1


async def events_of(app: FastAPI, client: httpx.AsyncClient, count: int, act: Any) -> list[dict[str, Any]]:
    """The first `count` events of the stream; `act` runs once the first has come."""
    events: list[dict[str, Any]] = []
    cookie = f"metamerlab-admin={client.cookies['metamerlab-admin']}"
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": f"{PROGRESS}/live",
        "raw_path": f"{PROGRESS}/live".encode(),
        "query_string": b"audience=live",
        "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode())],
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
    }
    enough = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not getattr(receive, "asked", False):
            receive.asked = True  # type: ignore[attr-defined]
            return {"type": "http.request", "body": b"", "more_body": False}
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        for line in message.get("body", b"").decode().splitlines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                if len(events) == 1:
                    asyncio.get_running_loop().create_task(act())
                if len(events) >= count:
                    enough.set()

    async with asyncio.timeout(30):
        await app(scope, receive, send)
    return events


async def test_an_answer_is_told_within_a_moment(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LOOK_EVERY_S", 0.05)
    code = open_links["live"]
    async with person(app, code) as somebody:
        first, second = await events_of(app, admin, 2, lambda: answer_trials(somebody, code, 1))
    assert numbers(first["panel"])["Consented"] == "1"
    assert "On time" in numbers(first["panel"])
    assert (first["curve"], second["curve"]) == ("None", "1")


async def test_a_stream_ends_so_that_who_was_signed_out_reads_no_more(
    app: FastAPI, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "STREAM_S", 0.2)
    monkeypatch.setattr(routes, "LOOK_EVERY_S", 0.05)
    response = await admin.get(f"{PROGRESS}/live")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.count("data: ") == 1
    await admin.post("/admin/sign-out")
    assert (await admin.get(f"{PROGRESS}/live")).status_code == 303


async def test_pages_take_as_many_statements_for_many_as_for_few(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    paths = ("/admin", PROGRESS, "/admin/studies/tiny/participants?audience=simulated", "/admin/audit")
    counts: list[list[int]] = []
    for people in (1, 6):
        await simulate(app, open_links["simulated"], people)
        await admin.get("/admin")  # what a first page keeps is kept
        counts.append([])
        for path in (*paths, f"{PROGRESS}?audience=simulated"):
            with sent_statements() as sent:
                assert (await admin.get(path)).status_code == 200
            counts[-1].append(len(sent))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 14


async def test_participants_are_shown_page_by_page(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    await simulate(app, open_links["simulated"], 3)
    address = "/admin/studies/tiny/participants?audience=simulated"
    first, second = (await admin.get(address)).text, (await admin.get(f"{address}&number=1")).text
    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (2, 1)
    assert "number=1" in first and "number=2" not in second
    assert (await admin.get(f"{address}&number=99999999999")).status_code == 422


async def test_one_participant_shows_steps_events_and_trials_and_no_id_of_a_panel(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with new_client(app) as client:
        await client.get(f"/s/{code}?PROLIFIC_PID=5f0a1b2c3d4e5f6a7b8c9d0e")
        await enter(client, code)
        await answer_trials(client, code, 2)
        await client.post(f"/api/{code}/events", json={"kind": "error", "detail": {"message": "<b>oh</b>"}})
    [one] = await rows_of(database, Participant)
    page = (await admin.get(f"/admin/studies/tiny/participants/{one.id}")).text
    assert "instructions" in page and "practice" in page
    assert "&lt;b&gt;oh&lt;/b&gt;" in page
    assert "5f0a1b2c3d4e5f6a7b8c9d0e" not in page
    assert (await admin.get("/admin/studies/tiny/participants/77")).status_code == 404


async def test_a_paused_study_asks_newcomers_to_come_back_and_lets_others_go_on(
    app: FastAPI, admin: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with person(app, code) as inside, new_client(app) as newcomer:
        assert (await admin.post("/admin/studies/tiny/pause")).status_code == 303
        assert (await admin.post("/admin/studies/tiny/pause")).status_code == 409
        refused = await newcomer.get(f"/s/{code}")
        assert refused.status_code == 409
        assert "paused" in refused.text
        await answer_all(inside, code)
        assert (await inside.post(f"/api/{code}/finish", json={})).status_code == 200
        assert "Resume" in (await admin.get(PROGRESS)).text
        assert (await admin.post("/admin/studies/tiny/open")).status_code == 303
        assert (await newcomer.get(f"/s/{code}")).status_code == 200
        await admin.post("/admin/studies/tiny/pause")
        assert (await admin.post("/admin/studies/tiny/close")).status_code == 303
    assert (await rows_of(database, Study))[0].status == "closed"


async def test_results_are_counted_again_only_when_something_changed(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 1)
    address = "/admin/studies/tiny?audience=simulated"
    first = (await admin.get(address)).text
    with sent_statements() as sent:
        again = (await admin.get(address)).text
    nonce = re.compile(r'nonce="[^"]*"')
    assert nonce.sub("", first) == nonce.sub("", again)
    assert not [one for one in sent if "responses.correct" in one]
    await simulate(app, open_links["simulated"], 1)
    assert "<strong>2</strong> completed" in (await admin.get(address)).text
    await admin.post("/admin/studies/tiny/close")
    assert "Open study" in (await admin.get(address)).text


async def test_many_studies_are_shown_page_by_page_and_found_by_name(
    admin: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "STUDIES_A_PAGE", 2)
    async with database.writing() as session:
        [tiny] = (await session.scalars(select(Study))).all()
        links = (await session.scalars(select(StudyLink))).all()
        bundles = (await session.scalars(select(StudyBundle))).all()
        for number in range(3):
            definition = {**tiny.definition, "name": f"copy-{number}", "title": f"Copy <{number}>"}
            made = Study(name=f"copy-{number}", status="draft", definition=definition, created_at=utc_now())
            session.add(made)
            await session.flush()
            for link in links:
                code = f"{number}{link.code}"
                session.add(StudyLink(study_id=made.id, code=code, audience=link.audience))
            for one in bundles:
                session.add(StudyBundle(study_id=made.id, position=0, bundle_id=one.bundle_id, network="n"))
    first, second = (await admin.get("/admin")).text, (await admin.get("/admin?number=1")).text
    assert ("copy-2" in first, "tiny" in first) == (True, False)
    assert ("copy-2" in second, "tiny" in second) == (False, True)
    found = (await admin.get("/admin", params={"search": "COPY <1>"})).text
    assert "copy-1" in found and "copy-2" not in found and "Copy &lt;1&gt;" in found
    nothing = (await admin.get("/admin", params={"search": "<script>"})).text
    assert "No study has “&lt;script&gt;”" in nothing
