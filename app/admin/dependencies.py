"""Who may come in: every address of the experimenter's pages but those of signing in asks who it is."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from app.accounts import service
from app.accounts.actor import Actor
from app.accounts.signed_in import SignedIn
from app.admin.headers import BACKGROUND
from app.core.errors import Forbidden, Unauthorized
from app.core.throttle import Limit, Throttle
from app.db.session import Database
from app.web.dependencies import CurrentSettings, Now
from app.web.rate_limits import client_of
from app.web.security import cookie_name, same_origin

COOKIE_SUFFIX = "admin"
SIGN_IN = "/admin/sign-in"
API = "/admin/api/"
BEARER = "bearer "
# Wrong passwords, codes and links.
WRONG_OF_ADDRESS = Limit(10, 15 * 60)
WRONG_OF_ACCOUNT = Limit(30, 15 * 60)


async def signed_in(request: Request, settings: CurrentSettings, now: Now) -> SignedIn | None:
    """Who is signed in in this browser.

    The database is asked in a transaction of its own: a download takes long and needs no connection.
    """
    secret = request.cookies.get(cookie_name(settings, COOKIE_SUFFIX))
    if not secret or _bearer(request) is not None:
        return None
    database: Database = request.app.state.database
    async with database.reading() as session:
        found = await service.find(session, secret, now)
    if found is None:
        return None
    if service.needs_touch(found.session.last_seen_at, now) and BACKGROUND not in request.headers:
        async with database.writing() as writing:
            await service.touch(writing, found.session.id, now)
    request.state.actor = found.actor
    return found


async def current_actor(
    request: Request, now: Now, found: Annotated[SignedIn | None, Depends(signed_in)]
) -> Actor:
    """Who acts: a script by its token, or who is signed in. Others are led to the sign-in page."""
    if found is not None:
        return found.actor
    if (token := _bearer(request)) is not None:
        return await _actor_of_token(request, token, now)
    raise _nobody(request)


async def current_person(request: Request, found: Annotated[SignedIn | None, Depends(signed_in)]) -> SignedIn:
    """Who is signed in; no token reaches what only a person may do."""
    if found is None:
        raise _nobody(request)
    return found


def _nobody(request: Request) -> Exception:
    if request.scope["path"].startswith(API):
        return Unauthorized("no_session", "Sign in, or send an API token as Authorization: Bearer TOKEN.")
    return HTTPException(303, "Please sign in.", {"Location": SIGN_IN})


def _bearer(request: Request) -> str | None:
    given = request.headers.get("authorization", "")
    return given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else None


async def _actor_of_token(request: Request, token: str, now: Now) -> Actor:
    database: Database = request.app.state.database
    throttle, address = throttles(request).addresses, client_of(request)
    async with database.reading() as session:
        found = None if throttle.wait_s(address, now) else await service.find_by_token(session, token, now)
    if found is None:
        throttle.count(address, now)
        raise Unauthorized("token_refused", "This API token is wrong, was revoked or has expired.")
    actor, stored = found
    if service.needs_touch(stored.last_used_at, now):
        async with database.writing() as writing:
            await service.touch_token(writing, stored.id, now)
    request.state.actor = actor
    return actor


def own_form(request: Request, settings: CurrentSettings) -> None:
    """Refuses a form that was sent from another site, by either header that browsers send along."""
    same_origin(request)
    origin = request.headers.get("origin")
    own = {urlsplit(settings.base_url).netloc, request.headers.get("host", "")}
    if origin is not None and urlsplit(origin).netloc not in own:
        raise Forbidden("cross_site", "This form must be sent from the site's own pages.")


class Throttles:
    """What one process counts of wrong passwords, codes, links and tokens: by address and by account."""

    def __init__(self) -> None:
        self.addresses = Throttle(WRONG_OF_ADDRESS)
        self.accounts = Throttle(WRONG_OF_ACCOUNT)

    def wait_s(self, address: str, account: str, now: Now) -> float:
        return max(self.addresses.wait_s(address, now), self.accounts.wait_s(account, now))

    def count(self, address: str, account: str, now: Now) -> None:
        self.addresses.count(address, now)
        self.accounts.count(account, now)

    def forget(self, address: str, account: str) -> None:
        self.addresses.forget(address)
        self.accounts.forget(account)


def throttles(request: Request) -> Throttles:
    """The throttles of this process."""
    state = request.app.state
    if not hasattr(state, "sign_in_throttles"):
        state.sign_in_throttles = Throttles()
    found: Throttles = state.sign_in_throttles
    return found


CurrentActor = Annotated[Actor, Depends(current_actor)]
CurrentPerson = Annotated[SignedIn, Depends(current_person)]
SignInThrottles = Annotated[Throttles, Depends(throttles)]
