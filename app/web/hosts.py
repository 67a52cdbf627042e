"""By what name the site is called, and who calls: headers are believed as far as the settings say."""

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.core.hosts import host_of, is_allowed

OTHER_NAME = "This site does not answer to that name (setting METAMERLAB_ALLOWED_HOSTS).\n"
NO_PROXY = (
    "a request came with X-Forwarded-For, which is not believed: if there is a proxy before this server, name"
    " its address in METAMERLAB_TRUSTED_PROXIES; until then all who come through it count as one"
)

log = logging.getLogger(__name__)


class HostMiddleware:
    """Answers 400 to requests for another host: nothing that this site writes can then point there."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http":
            host = host_of(Headers(scope=scope).get("host", ""))
            if not host or not is_allowed(host, self.allowed):
                app = PlainTextResponse(OTHER_NAME, 400)
        await app(scope, receive, send)


class ProxyMiddleware:
    """Puts the client that a trusted proxy names into the place of the proxy."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self.believing = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type]
        self.trusted = trusted
        self.warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self.trusted or self.warned) and "x-forwarded-for" in Headers(raw=scope.get("headers", [])):
            self.warned = True
            log.warning(NO_PROXY)
        await self.believing(scope, receive, send)  # type: ignore[arg-type]
