"""The cookie by which a form knows that the browser keeps cookies; it is the same for everybody."""

from fastapi import Request, Response

from app.core.config import Settings


def kept_cookie_name(settings: Settings) -> str:
    """Unlike the sessions' cookies, which are counted and tried as tokens, but as well protected."""
    return f"{'__Host-' if settings.cookies_are_secure else ''}cookies-kept"


def set_kept_cookie(response: Response, settings: Settings) -> None:
    """With the attributes of a session's cookie: a browser that keeps this one will keep that one."""
    response.set_cookie(
        kept_cookie_name(settings),
        "yes",
        path="/",
        secure=settings.cookies_are_secure,
        httponly=True,
        samesite="lax",
    )


def keeps_cookies(request: Request, settings: Settings) -> bool:
    return kept_cookie_name(settings) in request.cookies
