"""The cookie of somebody who signs in."""

from fastapi import Request, Response

from app.accounts.service import SESSION_LIFE
from app.admin.dependencies import COOKIE_SUFFIX
from app.core.config import Settings
from app.web.security import cookie_name, set_session_cookie


def secret_of(request: Request, settings: Settings) -> str:
    return request.cookies.get(cookie_name(settings, COOKIE_SUFFIX), "")


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    set_session_cookie(response, settings, COOKIE_SUFFIX, secret, int(SESSION_LIFE.total_seconds()))


def delete_cookie(response: Response, settings: Settings) -> None:
    name = cookie_name(settings, COOKIE_SUFFIX)
    response.delete_cookie(name, path="/", secure=settings.cookies_are_secure, httponly=True, samesite="lax")
