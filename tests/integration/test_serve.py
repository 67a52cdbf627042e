"""`metamerlab serve` with several processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import httpx
import pytest

from app.db.session import Database
from app.db.tables import Response
from tests.benchmarks.serve.people import Tally, leave, people
from tests.database import rows_of
from tests.http import all_trials, answer_all, enter
from tests.processes import children, runs

pytestmark = pytest.mark.anyio


def serve(database_url: str, port: int, workers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "METAMERLAB_DATABASE_URL": database_url}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(database_url: str, workers: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = serve(database_url, port, workers)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


async def wait_until_it_serves(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 180  # on a busy machine, each process needs a while
    while time.monotonic() < deadline:
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.TransportError:
            await anyio.sleep(0.1)
    pytest.fail("the server did not start")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_processes_serve_one_database(
    database_url: str, database: Database, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    with serving(database_url, 2) as (process, url):
        async with httpx.AsyncClient(base_url=url, timeout=30) as first:
            await wait_until_it_serves(first)
            assert len(children(process.pid)) >= 2
            await enter(first, code)
            await answer_all(first, code)
            trials = len(await all_trials(first, code))
            assert (await first.post(f"/api/{code}/finish", json={})).status_code == 200
        # The people of the benchmark are participants like all others.
        tally = Tally()
        crowd = await people(url, code, 2, tally)
        for person in crowd:
            await person.answer()
        await leave(crowd)
    assert not runs(process.pid)
    stored = {response.client_uuid for response in await rows_of(database, Response)}
    assert len(stored) == trials + 2 > 12
    assert (set(tally.acknowledged) <= stored, tally.refused) == (True, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_is_served_by_one_process(database_url: str) -> None:
    process = serve(database_url, 0, 2)
    _, error = process.communicate()
    assert process.returncode == 1
    assert error.startswith("error: --workers: on SQLite one process serves")
    assert len(error.splitlines()) == 1
