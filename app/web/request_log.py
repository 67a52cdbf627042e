"""The log of requests: one line each, without anything that names a participant.

Not in it: network addresses, codes of links, addresses of stimuli, tokens, and whatever else the path holds.
The line names the route, such as /s/{code}.
"""

import logging
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_ROUTE = "(none)"

log = logging.getLogger("metamerlab.requests")


class RequestLogMiddleware:
    """Gives each request an id, `scope["state"]["request_id"]`, and writes its line when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Uvicorn's own lines have network addresses beside those of stimuli, whoever starts it.
        logging.getLogger("uvicorn.access").disabled = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        began_s, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            took_ms = 1000 * (time.perf_counter() - began_s)
            log.info("%s %s %d %.1f ms %s", scope["method"], route_of(scope), status, took_ms, request_id)


def route_of(scope: Scope) -> str:
    """The template of the route that took the request, or the folder of files that did."""
    if "endpoint" not in scope:
        return NO_ROUTE
    return str(getattr(scope.get("route"), "path", scope["root_path"]))
