"""Refuses addresses that hold a NUL character: no file, row or link has one, and databases fail at it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.error_pages import error_response


class AddressMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _holds_nul(scope):
            response = error_response(Request(scope), 404, "not_found", "There is nothing at this address.")
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _holds_nul(scope: Scope) -> bool:
    query: bytes = scope.get("query_string", b"")
    return "\0" in scope["path"] or b"%00" in query or b"\0" in query
