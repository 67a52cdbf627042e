"""Who may come in: every address of the experimenter's pages but the sign-in asks for a running session."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from app.accounts import service
from app.admin.headers import BACKGROUND
from app.core.errors import Forbidden
from app.core.throttle import Limit, Throttle
from app.db.session import Database
from app.web.dependencies import CurrentSettings, Now
from app.web.security import cookie_name, same_origin

COOKIE_SUFFIX = "admin"
SIGN_IN = "/admin/sign-in"
WRONG_TOKENS = Limit(10, 15 * 60)  # of one address


async def require_admin(request: Request, settings: CurrentSettings, now: Now) -> None:
    """Leads whoever is not signed in to the sign-in page.

    The database is asked in a transaction of its own: a download takes long and needs no connection.
    """
    database: Database = request.app.state.database
    secret = request.cookies.get(cookie_name(settings, COOKIE_SUFFIX))
    async with database.reading() as session:
        found = await service.find_session(session, secret, now) if secret else None
    if found is None:
        raise HTTPException(303, "Please sign in.", {"Location": SIGN_IN})
    if service.needs_touch(found, now) and BACKGROUND not in request.headers:
        async with database.writing() as writing:
            await service.touch(writing, found, now)


def own_form(request: Request, settings: CurrentSettings) -> None:
    """Refuses a form that was sent from another site, by either header that browsers send along."""
    same_origin(request)
    origin = request.headers.get("origin")
    own = {urlsplit(settings.base_url).netloc, request.headers.get("host", "")}
    if origin is not None and urlsplit(origin).netloc not in own:
        raise Forbidden("cross_site", "This form must be sent from the site's own pages.")


def sign_in_throttle(request: Request) -> Throttle:
    """The one throttle of this process."""
    state = request.app.state
    if not hasattr(state, "sign_in_throttle"):
        state.sign_in_throttle = Throttle(WRONG_TOKENS)
    throttle: Throttle = state.sign_in_throttle
    return throttle


SignInThrottle = Annotated[Throttle, Depends(sign_in_throttle)]
