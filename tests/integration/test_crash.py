"""A server that is killed in the middle of its work has kept every answer that it acknowledged."""

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
from tests.database import rows_of
from tests.http import all_trials, answer_body, enter

pytestmark = pytest.mark.anyio


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(database_url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`metamerlab serve` in a process of its own, killed at the end without any warning."""
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    environment = {**os.environ, "METAMERLAB_DATABASE_URL": database_url}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


async def wait_until_it_serves(client: httpx.AsyncClient, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.TransportError:
            await anyio.sleep(0.1)
    pytest.fail("the server did not start")


async def test_a_killed_server_keeps_what_it_acknowledged(
    database_url: str, database: Database, open_links: dict[str, str]
) -> None:
    code, port = open_links["live"], free_port()
    acknowledged: list[str] = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        with server(database_url, port) as process:
            await wait_until_it_serves(client)
            await enter(client, code)
            bodies = {trial["index"]: answer_body() for trial in await all_trials(client, code)}

            async def put(index: int) -> None:
                try:
                    response = await client.put(f"/api/{code}/trials/{index}", json=bodies[index])
                except httpx.TransportError:
                    return
                assert response.status_code == 200
                acknowledged.append(bodies[index]["uuid"])
                if len(acknowledged) == 5:
                    process.kill()

            async with anyio.create_task_group() as group:
                for index in bodies:
                    group.start_soon(put, index)
        stored = [row.client_uuid for row in await rows_of(database, Response)]
        assert len(stored) == len(set(stored))
        assert 5 <= len(acknowledged) <= len(bodies)
        assert set(acknowledged) <= set(stored)

        with server(database_url, port):
            await wait_until_it_serves(client)
            for index, body in bodies.items():
                assert (await client.put(f"/api/{code}/trials/{index}", json=body)).status_code == 200
            assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200
    stored = [row.client_uuid for row in await rows_of(database, Response)]
    assert sorted(stored) == sorted(body["uuid"] for body in bodies.values())
