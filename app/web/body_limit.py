"""Bodies of requests: none may be large, and none may take for ever to arrive."""

import asyncio

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.error_pages import error_response

BODY_LIMIT_BYTES = 64 * 1024
# What remains of the body is not read, so nothing else can follow on this connection.
CLOSE = {"Connection": "close"}


class _TooLargeError(Exception):
    pass


class _GoneError(Exception):
    """The client has hung up."""


class BodyLimitMiddleware:
    """Reads the body, which is small, before anybody works on the request.

    What counts are the bytes that come, whatever length was declared.
    """

    def __init__(self, app: ASGIApp, timeout_s: float) -> None:
        self.app = app
        self.timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            _refuse_declared(request.headers.get("content-length", "0"))
            async with asyncio.timeout(self.timeout_s):
                body = await _read(receive)
        except _TooLargeError:
            await _too_large(request)(scope, receive, send)
        except TimeoutError:
            await _too_slow(request, self.timeout_s)(scope, receive, send)
        except _GoneError:
            return
        else:
            await self.app(scope, _again(body, receive), send)


def _refuse_declared(length: str) -> None:
    if not length.isdecimal() or int(length[:20]) > BODY_LIMIT_BYTES:
        raise _TooLargeError


async def _read(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > BODY_LIMIT_BYTES:
            raise _TooLargeError
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more, and then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _too_large(request: Request) -> Response:
    message = f"A body may have at most {BODY_LIMIT_BYTES} bytes."
    return error_response(request, 413, "too_large", message, headers=CLOSE)


def _too_slow(request: Request, timeout_s: float) -> Response:
    message = f"The body did not arrive within {timeout_s:g} seconds."
    return error_response(request, 408, "too_slow", message, headers=CLOSE)
