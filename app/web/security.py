"""What keeps others out: headers on every response, checks of calls from other sites, cookies."""

import secrets

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import Settings
from app.core.errors import Forbidden, UnsupportedMediaType

COOKIE_MAX_AGE_S = 14 * 24 * 3600


def content_policy(nonce: str, *, forms: str = "'self'", frames: str = "'none'") -> str:
    """What a page may load; `forms` are where its forms may lead, `frames` the sites that may frame it."""
    policy = (
        "default-src 'self'",
        f"script-src 'self' 'nonce-{nonce}'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action {forms}",
        f"frame-ancestors {frames}",
    )
    return "; ".join(policy)


def security_headers(nonce: str, https: bool) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_policy(nonce),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class SecurityMiddleware:
    """Adds the headers and the page's nonce.

    What does not say how long it may be kept is not kept: most pages show a code or somebody's state.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.https = settings.base_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        headers = security_headers(nonce, self.https)
        scope.setdefault("state", {}).update(csp_nonce=nonce, security_headers=headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                for name, value in headers.items():
                    MutableHeaders(scope=message).setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def same_origin(request: Request) -> None:
    """Refuses a changing call that a browser says comes from another site."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if request.method not in {"GET", "HEAD"} and site != "same-origin":
        raise Forbidden("cross_site", "This call must come from the site's own pages.")


async def json_call(request: Request) -> None:
    """As `same_origin`, and the body must be declared as JSON, which no form of another site can send."""
    same_origin(request)
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if request.method not in {"GET", "HEAD"} and media_type != "application/json":
        raise UnsupportedMediaType("not_json", "Send JSON, with the content type application/json.")


def cookie_name(settings: Settings, suffix: str) -> str:
    """The name of a session cookie; the prefix __Host- ties it to this very host and to https."""
    prefix = "__Host-" if settings.cookies_are_secure else ""
    return f"{prefix}metamerlab-{suffix}"


def set_session_cookie(
    response: Response, settings: Settings, suffix: str, token: str, max_age_s: int = COOKIE_MAX_AGE_S
) -> None:
    response.set_cookie(
        cookie_name(settings, suffix),
        token,
        max_age=max_age_s,
        path="/",
        secure=settings.cookies_are_secure,
        httponly=True,
        samesite="lax",
    )
