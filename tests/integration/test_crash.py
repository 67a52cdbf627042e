"""A server that is killed in the middle of its work has kept every answer that it acknowledged."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import pytest

from app.db.session import Database
from app.db.tables import Response
from tests.database import rows_of
from tests.http import all_trials, answer_body, enter, put_answer

pytestmark = pytest.mark.anyio

PEOPLE, KILL_AFTER = 6, 20  # answers come side by side, each person's in turn


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


@dataclass
class Visitor:
    """One browser in the middle of a session, with the answer that it gives to each trial."""

    client: httpx.AsyncClient
    bodies: list[dict[str, Any]]


async def visitors(stack: AsyncExitStack, port: int, code: str, count: int) -> list[Visitor]:
    entered = []
    for _ in range(count):
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")
        await stack.enter_async_context(client)
        await wait_until_it_serves(client)
        await enter(client, code)
        entered.append(Visitor(client, [answer_body() for _trial in await all_trials(client, code)]))
    return entered


async def test_a_killed_server_keeps_what_it_acknowledged(
    database_url: str, database: Database, open_links: dict[str, str]
) -> None:
    code, port = open_links["live"], free_port()
    acknowledged: list[str] = []
    async with AsyncExitStack() as stack:
        with server(database_url, port) as process:
            people = await visitors(stack, port, code, PEOPLE)

            async def answer(visitor: Visitor) -> None:
                """One trial after the other, as a page does, until the server is gone."""
                for index, body in enumerate(visitor.bodies):
                    try:
                        response = await put_answer(visitor.client, code, index, body)
                    except httpx.TransportError:
                        return
                    assert response.status_code == 200
                    acknowledged.append(body["uuid"])
                    if len(acknowledged) == KILL_AFTER:
                        process.kill()

            async with anyio.create_task_group() as group:
                for visitor in people:
                    group.start_soon(answer, visitor)
        stored = [row.client_uuid for row in await rows_of(database, Response)]
        given = [body["uuid"] for visitor in people for body in visitor.bodies]
        assert len(stored) == len(set(stored))
        assert KILL_AFTER <= len(acknowledged) < len(given)
        assert set(acknowledged) <= set(stored)

        with server(database_url, port):
            for visitor in people:
                await wait_until_it_serves(visitor.client)
                for index, body in enumerate(visitor.bodies):
                    again = await put_answer(visitor.client, code, index, body)
                    assert again.status_code == 200
                assert (await visitor.client.post(f"/api/{code}/finish", json={})).status_code == 200
    stored = [row.client_uuid for row in await rows_of(database, Response)]
    assert sorted(stored) == sorted(given)
