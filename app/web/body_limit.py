"""Bodies of requests: few may be large, and none may take for ever to arrive."""

import asyncio
import re

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooSlow
from app.web.error_pages import error_response

BODY_LIMIT_BYTES = 64 * 1024
# By how a path begins, where more is sent; the longest that fits counts.
LIMITS = {"/admin/drafts": 1024 * 1024}
# Uploads: what answers these addresses reads the body itself, in pieces, and counts them.
STREAMED = re.compile(r"/admin/api/stimuli/[0-9]+/(?:files|archive)")
# What remains of the body is not read, so nothing else can follow on this connection.
CLOSE = {"Connection": "close"}


class _TooLargeError(Exception):
    pass


class _GoneError(Exception):
    """The client has hung up."""


class BodyLimitMiddleware:
    """Reads the body, which is small, before anybody works on the request.

    What counts are the bytes that come, whatever length was declared. Bodies of uploads are passed on as they
    come; each piece of them may take as long as a whole body of another request.
    """

    def __init__(self, app: ASGIApp, timeout_s: float) -> None:
        self.app = app
        self.timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "PUT" and STREAMED.fullmatch(scope["path"]):
            await _Streamed(receive, send, self.timeout_s).run(self.app, scope)
            return
        request = Request(scope)
        limit = limit_bytes(scope["path"])
        try:
            _refuse_declared(request.headers.get("content-length", "0"), limit)
            async with asyncio.timeout(self.timeout_s):
                body = await _read(receive, limit)
        except _TooLargeError:
            await _too_large(request, limit)(scope, receive, send)
        except TimeoutError:
            await _too_slow(request, self.timeout_s)(scope, receive, send)
        except _GoneError:
            return
        else:
            await self.app(scope, _again(body, receive), send)


def limit_bytes(path: str) -> int:
    """How large the body of a request to this path may be."""
    fitting = [prefix for prefix in LIMITS if path.startswith(prefix)]
    return LIMITS[max(fitting, key=len)] if fitting else BODY_LIMIT_BYTES


class _Streamed:
    """One request whose body is passed on in pieces."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float) -> None:
        self._receive, self._send, self._timeout_s = receive, send, timeout_s
        self._ended = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        await app(scope, self._next, self._answer)

    async def _next(self) -> Message:
        if self._ended:  # only the end of the connection can follow
            return await self._receive()
        try:
            async with asyncio.timeout(self._timeout_s):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow("too_slow", _SLOW.format(self._timeout_s)) from None
        self._ended = not message.get("more_body", False)
        return message

    async def _answer(self, message: Message) -> None:
        """An answer before the body's end: the rest is not read."""
        if message["type"] == "http.response.start" and not self._ended:
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)


_SLOW = "The body did not arrive within {:g} seconds."


def _refuse_declared(length: str, limit: int) -> None:
    if not length.isdecimal() or int(length[:20]) > limit:
        raise _TooLargeError


async def _read(receive: Receive, limit: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > limit:
            raise _TooLargeError
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more, and then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _too_large(request: Request, limit: int) -> Response:
    message = f"A body may have at most {limit} bytes."
    return error_response(request, 413, "too_large", message, headers=CLOSE)


def _too_slow(request: Request, timeout_s: float) -> Response:
    return error_response(request, 408, "too_slow", _SLOW.format(timeout_s), headers=CLOSE)
