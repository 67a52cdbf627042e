"""Many at once: what a call costs the database, who waits for whom, and what becomes of those who wait."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text, update

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import Unavailable
from app.db import session as db_session
from app.db.probe import write_and_take_back
from app.db.session import WRITERS, Database
from app.db.tables import Participant, Response, Study
from app.experiments import service as experiments
from tests.database import rows_of
from tests.http import answer_body, enter, new_client
from tests.statements import sent_statements

pytestmark = pytest.mark.anyio


async def statements_of(client: httpx.AsyncClient, method: str, path: str, **content: object) -> list[str]:
    with sent_statements() as sent:
        response = await client.request(method, path, **content)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    return sent


async def test_a_call_takes_few_statements(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    # BEGIN, who calls and what was asked, the answer, COMMIT
    first = await statements_of(client, "PUT", f"/api/{code}/trials/0", json=answer_body())
    assert len(first) == 4, first
    async with database.writing() as session:
        await session.execute(update(Participant).values(last_seen_at=utc_now() - timedelta(minutes=2)))
    # and once a minute, that the participant is there
    second = await statements_of(client, "PUT", f"/api/{code}/trials/1", json=answer_body())
    assert len(second) == 5, second
    # once per visit of the page: who calls, the bundle, the trials, the steps
    view = await statements_of(client, "GET", f"/api/{code}/session")
    assert len(view) == 6, view
    window = await statements_of(client, "GET", f"/api/{code}/trials?start=0&count=20")
    # once in twenty trials: the digests of their stimuli, too
    assert len(window) == 6, window


@asynccontextmanager
async def all_writers(database: Database) -> AsyncIterator[None]:
    """Every connection that may write is taken."""
    async with AsyncExitStack() as stack:
        for _ in range(WRITERS[database.writers.engine.dialect.name]):
            await stack.enter_async_context(database.writing())
        yield


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on Postgres, eight go at a time
async def test_writers_take_their_turn_in_order(database: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.writing() as session:
            order.append(number)
            await session.execute(text("SELECT 1"))

    async with all_writers(database):
        waiting = [asyncio.create_task(write(number)) for number in range(20)]
        while database.writers.waiting < len(waiting):
            await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == list(range(20))


async def test_readers_do_not_wait_for_writers(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code, body = open_links["live"], answer_body()
    await enter(client, code)
    async with all_writers(database):
        answers = [asyncio.create_task(client.put(f"/api/{code}/trials/0", json=body)) for _ in range(30)]
        while database.writers.waiting < len(answers):
            await asyncio.sleep(0)
        assert (await client.get(f"/s/{code}?another=yes")).status_code == 200
        assert (await client.get(f"/api/{code}/session")).json()["next_index"] == 0
        assert not any(answer.done() for answer in answers)
    assert [(await answer).status_code for answer in answers] == [200] * 30
    assert len(await rows_of(database, Response)) == 1


async def test_who_waits_too_long_for_a_turn_is_told_to_come_again(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, body = open_links["live"], answer_body()
    await enter(client, code)
    with monkeypatch.context() as patch:
        patch.setattr(db_session, "PATIENCE_S", 0.01)
        async with all_writers(database):
            refused = await client.put(f"/api/{code}/trials/0", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "database_busy")
    assert refused.headers["retry-after"] == "2"
    assert (await client.put(f"/api/{code}/trials/0", json=body)).status_code == 200
    assert [row.client_uuid for row in await rows_of(database, Response)] == [body["uuid"]]


async def test_who_gives_up_waiting_does_not_block_those_behind(database: Database) -> None:
    async with all_writers(database):
        impatient = asyncio.create_task(anext(aiter_writing(database)))
        while database.writers.waiting < 1:
            await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
    async with all_writers(database):  # all places are there again
        pass


async def aiter_writing(database: Database) -> AsyncIterator[None]:
    async with database.writing():
        yield


@contextmanager
def foreign_lock(settings: Settings) -> Iterator[None]:
    """Another program writes to the SQLite file meanwhile."""
    file = Path(str(make_url(settings.database_url).database))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_foreign_lock_loses_no_answer(
    app: FastAPI,
    settings: Settings,
    database: Database,
    open_links: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = open_links["live"]
    await database.writers.engine.dispose()  # a new connection with a shorter patience
    monkeypatch.setattr(db_session, "BUSY_TIMEOUT_MS", 10)
    bodies = [answer_body() for _ in range(5)]
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(new_client(app)) for _ in bodies]
        for person in people:
            await enter(person, code)

        async def put_all() -> list[int]:
            calls = (
                person.put(f"/api/{code}/trials/0", json=body)
                for person, body in zip(people, bodies, strict=True)
            )
            return [response.status_code for response in await asyncio.gather(*calls)]

        with foreign_lock(settings):
            assert await put_all() == [503] * 5
            assert (await people[0].get(f"/api/{code}/session")).status_code == 200
            assert (await people[0].get("/healthz")).status_code == 503  # at once: it does write
        assert await put_all() == [200] * 5
    stored = [row.client_uuid for row in await rows_of(database, Response)]
    assert sorted(stored) == sorted(body["uuid"] for body in bodies)


async def test_a_database_that_is_away_is_no_fault_of_the_request(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'no folder' / 'none.db'}")
    before = set(threading.enumerate())
    with pytest.raises(Unavailable, match="unable to open database file"):
        await write_and_take_back(database)
    await database.close()
    for thread in set(threading.enumerate()) - before:
        # The driver does not wait for the thread of a connection that failed; it reports to this loop.
        await asyncio.to_thread(thread.join)


async def test_a_definition_is_checked_once(
    database: Database, draft_links: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_arguments: object) -> None:
        raise AssertionError("the same definition was checked again")

    definition = experiments.definition_of((await rows_of(database, Study))[0])
    with monkeypatch.context() as patch:
        patch.setattr(experiments.StudyDefinition, "model_validate", again)
        assert experiments.definition_of((await rows_of(database, Study))[0]) is definition
    async with database.writing() as session:
        study = await experiments.get_study(session, "tiny")
        study.definition = {**study.definition, "title": "Changed"}
    assert experiments.definition_of((await rows_of(database, Study))[0]).title == "Changed"
