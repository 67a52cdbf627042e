"""Bodies of requests on a real socket: too large, too slow, with every way of saying how long they are."""

import socket

import httpx
import pytest

from app.web.body_limit import BODY_LIMIT_BYTES
from tests.http import answer_body, enter
from tests.serving import Served

MIB = 1024 * 1024
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
HEAD = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# Nobody is signed in and no study is there: a body must be refused before anything else is looked at.
PATHS = [b"/api/NOSUCH/events", b"/s/NOSUCH/consent", b"/admin/sign-in", b"/nowhere"]


def answer_to(connection: socket.socket) -> bytes:
    """All that the server sends until it closes the connection."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def send_until_cut(connection: socket.socket, chunk: bytes, most_bytes: int) -> int:
    """Send a chunk again and again; how many bytes went out until the server closed the connection."""
    sent = 0
    try:
        while sent < most_bytes:
            connection.sendall(chunk)
            sent += len(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "length",
    [
        b"Content-Length: 125829120\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
    ],
    ids=["length", "chunks", "both"],
)
def test_a_large_body_is_cut_and_never_held_in_memory(served: Served, path: bytes, length: bytes) -> None:
    before_kib = served.peak_memory_kib()
    with served.connect() as connection:
        connection.sendall(HEAD % path + length + b"\r\n")
        sent = send_until_cut(connection, CHUNK, 120 * MIB)
        answer = answer_to(connection)
    # What is lost with the connection's reset is the answer, never the memory.
    assert not answer or answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))
    assert sent < 120 * MIB
    assert served.peak_memory_kib() - before_kib < 16 * 1024


@pytest.mark.parametrize("length", [b"Content-Length: 70000\r\n", b"Content-Length: %s\r\n" % (b"9" * 18)])
def test_a_body_that_says_it_is_large_is_refused_at_once(served: Served, length: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(HEAD % PATHS[0] + length + b"\r\n")
        answer = answer_to(connection)
    assert answer.startswith(b"HTTP/1.1 413"), answer
    assert b'"too_large"' in answer
    assert b"connection: close" in answer.lower()


def test_chunks_that_are_too_many_in_all_are_refused(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(HEAD % PATHS[0] + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.sendall((b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 2 + b"1\r\n \r\n")
        assert answer_to(connection).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("length", [b"Content-Length: 100\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_body_that_does_not_end_is_given_up(served: Served, path: bytes, length: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(HEAD % path + length + b"\r\n1\r\n{\r\n")
        assert answer_to(connection).startswith(b"HTTP/1.1 408")


def test_many_slow_senders_keep_nobody_waiting(served: Served) -> None:
    slow = [served.connect() for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(HEAD % PATHS[0] + b"Content-Length: 100\r\n\r\n{")
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        for connection in slow:
            assert answer_to(connection).startswith(b"HTTP/1.1 408")
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.anyio
async def test_a_body_of_chunks_is_as_good_as_one_with_a_length(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    content = httpx.Request("PUT", "http://localhost", json=answer_body()).content

    async def in_parts():  # type: ignore[no-untyped-def]
        for start in range(0, len(content), 100):
            yield content[start : start + 100]

    headers = {"content-type": "application/json"}
    response = await client.put(f"/api/{code}/trials/0", content=in_parts(), headers=headers)
    assert "transfer-encoding" in response.request.headers
    assert response.status_code == 200


@pytest.mark.anyio
async def test_the_limit_is_met_to_the_byte(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    for size, status in ((BODY_LIMIT_BYTES, 404), (BODY_LIMIT_BYTES + 1, 413)):
        response = await client.put("/api/NOSUCH/nowhere", content=b" " * size, headers=headers)
        assert response.status_code == status
