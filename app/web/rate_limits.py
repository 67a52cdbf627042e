"""How much one address, and one session, may ask for in a while: more is 429 with Retry-After.

Each process counts for itself. Static files are not counted: they are cheap, and no page works without them.
"""

import math
from collections.abc import Iterator

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.hosts import origin_of
from app.core.throttle import Throttle
from app.core.tokens import token_sha256
from app.web.error_pages import error_response
from app.web.security import cookie_name

CALLS = ("/api/", "/stimuli/", "/masks/")
UNCOUNTED = ("/static/",)
MOST_SESSIONS = 50  # of one browser; whoever sends more cookies than that shares one count
TOO_MANY_SESSIONS = "too many sessions"


class RateLimitMiddleware:
    """Counts by address what everyone may do, and by session what only a session can."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.consents = Throttle(settings.consents_per_address)
        self.pages = Throttle(settings.pages_per_address)
        self.calls = Throttle(settings.calls_per_address)
        self.session_calls = Throttle(settings.calls_per_session)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and self.settings.rate_limits:
            request = Request(scope)
            if wait_s := self._take(request):
                app = _too_many(request, wait_s)
        await app(scope, receive, send)

    def _take(self, request: Request) -> float:
        """Count the request and return 0, or return for how many seconds there may be no other."""
        now = utc_now()
        counted = list(self._counted(request))
        wait_s = max((throttle.wait_s(key, now) for throttle, key in counted), default=0.0)
        if not wait_s:
            for throttle, key in counted:
                throttle.count(key, now)
        return wait_s

    def _counted(self, request: Request) -> Iterator[tuple[Throttle, str]]:
        path, address = request.scope["path"], client_of(request)
        if path.startswith(UNCOUNTED):
            return
        if not path.startswith(CALLS):
            yield self.pages, address
            if request.method == "POST" and path.startswith("/s/"):
                yield self.consents, address
            return
        yield self.calls, address
        for token in self._session_tokens(request):
            yield self.session_calls, token_sha256(token)

    def _session_tokens(self, request: Request) -> set[str]:
        """The tokens of all sessions of the browser: a true one counts, whatever is sent beside it."""
        prefix = cookie_name(self.settings, "")
        tokens = {value for name, value in request.cookies.items() if name.startswith(prefix)}
        return tokens if len(tokens) <= MOST_SESSIONS else {TOO_MANY_SESSIONS}


def client_of(request: Request) -> str:
    """Whose request this is, for counts: see `origin_of`."""
    return origin_of(request.client.host if request.client else "")


def _too_many(request: Request, wait_s: float) -> Response:
    seconds = math.ceil(wait_s)
    time = f"{seconds} seconds" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
    message = f"Too many requests came from here. Please try again in {time}."
    return error_response(request, 429, "too_many", message, headers={"Retry-After": str(seconds)})
