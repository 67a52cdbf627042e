"""Files of an analysis are made aside, and whole before they are sent."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.analysis import aside, queries
from app.analysis.files import trials_csv, trials_csv_parts
from app.analysis.service import analyse, trials
from app.core.config import Settings
from app.core.errors import Conflict, NotFound, Unavailable
from app.db.session import READERS, Database
from app.exports import downloads
from tests.accounts import sign_in
from tests.http import answer_all, enter, new_client
from tests.processes import runs

pytestmark = pytest.mark.anyio


@pytest.fixture
async def answered(app: FastAPI, open_links: dict[str, str]) -> None:
    for _ in range(3):
        async with new_client(app) as person:
            await enter(person, open_links["live"])
            await answer_all(person, open_links["live"])
            assert (await person.post(f"/api/{open_links['live']}/finish", json={})).status_code == 200


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """A client that is signed in."""
    await sign_in(client, database)
    return client


async def contents(made: downloads.Download) -> bytes:
    return b"".join([piece async for piece in made.pieces()])


@pytest.mark.usefixtures("answered")
async def test_trials_in_pieces_are_the_whole_table(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "live")
        table = (await trials(session, analysis)).table
        whole = trials_csv(table)
        monkeypatch.setattr(queries, "AT_ONCE", 7)
        pieces = [piece async for piece in trials_csv_parts(session, analysis)]
    assert len(pieces) > 3
    assert b"".join(pieces) == whole
    assert whole.count(b"\n") == 1 + len(table) > 40


@pytest.mark.usefixtures("open_links")
async def test_without_answers_the_table_has_its_header(database: Database) -> None:
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "live")
        pieces = [piece async for piece in trials_csv_parts(session, analysis)]
        assert pieces == [trials_csv((await trials(session, analysis)).table)]


@pytest.mark.usefixtures("answered")
async def test_a_download_is_made_while_every_connection_is_taken(
    settings: Settings, database: Database
) -> None:
    async with anyio.create_task_group() as group:
        taken, done = asyncio.Barrier(READERS + 1), asyncio.Event()

        async def read() -> None:
            async with database.reading():
                await taken.wait()
                await done.wait()

        for _ in range(READERS):
            group.start_soon(read)
        await taken.wait()
        made = await downloads.analysis_file(settings.database_url, "tiny", "live", "trials.csv")
        assert (await contents(made)).count(b"\n") > 40
        assert made.media_type.startswith("text/csv")
        done.set()


@pytest.mark.usefixtures("open_links")
async def test_an_error_comes_back_whole_and_leaves_no_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NotFound, match=r"there is no file 'nothing\.csv'"):
        await downloads.analysis_file(settings.database_url, "tiny", "live", "nothing.csv")
    with pytest.raises(Conflict, match="no live participant of tiny has finished"):
        await downloads.report(settings.database_url, "tiny", "live", "html")
    assert sorted(tmp_path.iterdir()) == before


def test_errors_keep_their_detail_between_processes() -> None:
    error = pickle.loads(pickle.dumps(Conflict("not_due", "Trial 3 first.", next_index=3)))
    assert (type(error), error.code, error.message, error.detail) == (
        Conflict, "not_due", "Trial 3 first.", {"next_index": 3},
    )  # fmt: skip


async def test_a_killed_process_is_replaced() -> None:
    with pytest.raises(Unavailable):
        # The one that does the work kills itself: another could return before this one is missed.
        await aside.aside(signal.raise_signal, signal.SIGKILL)
    assert await aside.aside(os.getpid) != os.getpid()


STARTS_ONE = """
import asyncio, os, time
from app.analysis.aside import aside
if __name__ == "__main__":
    print(asyncio.run(aside(os.getpid)), flush=True)
    time.sleep(600)
"""


async def test_the_processes_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(STARTS_ONE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen([sys.executable, program], env=environment, stdout=subprocess.PIPE, text=True)
    with server:
        assert server.stdout is not None
        process = int(server.stdout.readline())
        assert runs(process)
        server.kill()
    with anyio.fail_after(30):
        while runs(process):
            await anyio.sleep(0.05)


@pytest.mark.usefixtures("answered")
async def test_a_browser_gets_the_length_and_every_byte(
    settings: Settings, database: Database, admin: httpx.AsyncClient
) -> None:
    response = await admin.get("/admin/studies/tiny/live/trials.csv")
    assert int(response.headers["content-length"]) == len(response.content)
    made = await downloads.analysis_file(settings.database_url, "tiny", "live", "trials.csv")
    assert response.content == await contents(made)
