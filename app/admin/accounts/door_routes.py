"""Signing in and out, and the links that work once: the first owner, an invitation, a new password."""

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.accounts import passwords, people, service
from app.admin.accounts.contexts import SecondFactorContext, SignInContext, WelcomeContext
from app.admin.accounts.cookie import delete_cookie, secret_of, set_cookie
from app.admin.dependencies import SIGN_IN, SignInThrottles, own_form
from app.admin.headers import PAGE_HEADERS
from app.core.config import Settings
from app.core.errors import DomainError, Unauthorized
from app.core.text import CleanText
from app.db.session import Database
from app.web.dependencies import CurrentSettings, Now, WriteSession
from app.web.rate_limits import client_of
from app.web.templating import page

TOO_MANY = "Too many wrong tries. Please wait {minutes} minutes."
WRONG = "This address and this password do not belong together."
SECOND = f"{SIGN_IN}/second"

router = APIRouter(prefix="/admin")
Text = Annotated[CleanText, Form(max_length=1000)]


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return page(request, SignInContext(), headers=PAGE_HEADERS)


@router.post("/sign-in", dependencies=[Depends(own_form)])
async def sign_in(
    request: Request,
    settings: CurrentSettings,
    now: Now,
    throttles: SignInThrottles,
    email: Text = "",
    password: Text = "",
) -> Response:
    """The password is checked between two transactions: it takes long, and others may need to write."""
    address, account = client_of(request), service.plain_email(email)
    if wait_s := throttles.wait_s(address, account, now):
        return _too_many(request, SignInContext(_too_many_words(wait_s), email), wait_s)
    database: Database = request.app.state.database
    async with database.reading() as session:
        user = await service.user_of(session, email)
    if not await passwords.matches(user.password_hash if user else None, password) or user is None:
        throttles.count(address, account, now)
        return page(request, SignInContext(WRONG, email), 401, PAGE_HEADERS)
    browser = request.headers.get("user-agent", "")
    async with database.writing() as session:
        secret, pending = await service.begin(session, user, browser, now)
    if not pending:
        throttles.forget(address, account)
    return _signed_in(settings, secret, SECOND if pending else "/admin")


@router.get("/sign-in/second")
async def second_factor_page(
    request: Request, session: WriteSession, settings: CurrentSettings, now: Now
) -> Response:
    try:
        waiting = await service.waiting(session, secret_of(request, settings), now)
    except Unauthorized:
        return RedirectResponse(SIGN_IN, 303)
    return page(request, SecondFactorContext(waiting.totp, waiting.passkeys), headers=PAGE_HEADERS)


@router.post("/sign-in/second", dependencies=[Depends(own_form)])
async def second_factor(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    throttles: SignInThrottles,
    code: Text = "",
) -> Response:
    secret = secret_of(request, settings)
    waiting = await service.waiting(session, secret, now)
    address, account = client_of(request), waiting.user.email
    context = SecondFactorContext(waiting.totp, waiting.passkeys)
    if wait_s := throttles.wait_s(address, account, now):
        message = _too_many_words(wait_s)
        return _too_many(request, SecondFactorContext(waiting.totp, waiting.passkeys, message), wait_s)
    try:
        await service.check_code(session, waiting.user, code, now)
    except Unauthorized as error:
        throttles.count(address, account, now)
        context = SecondFactorContext(waiting.totp, waiting.passkeys, error.message)
        return page(request, context, error.status, PAGE_HEADERS)
    throttles.forget(address, account)
    return _signed_in(settings, await service.complete(session, waiting, secret, now), "/admin")


@router.post("/sign-out", dependencies=[Depends(own_form)])
async def sign_out(request: Request, session: WriteSession, settings: CurrentSettings, now: Now) -> Response:
    if secret := secret_of(request, settings):
        await service.sign_out(session, secret, now)
    response = RedirectResponse(SIGN_IN, 303)
    delete_cookie(response, settings)
    return response


@router.get("/welcome")
async def welcome_page(request: Request) -> Response:
    """The token is behind the address's #, which is never sent: the page puts it into a form."""
    return page(request, WelcomeContext(), headers=PAGE_HEADERS)


@router.post("/welcome/open", dependencies=[Depends(own_form)])
async def open_link(
    request: Request, session: WriteSession, now: Now, throttles: SignInThrottles, token: Text = ""
) -> Response:
    """The form of what the link is for; the link is not used up by looking."""
    address = client_of(request)
    if wait_s := throttles.addresses.wait_s(address, now):
        return _too_many(request, WelcomeContext(message=_too_many_words(wait_s)), wait_s)
    try:
        link = await people.link_of(session, token, now)
    except DomainError as error:
        throttles.addresses.count(address, now)
        return page(request, WelcomeContext(message=error.message), error.status, PAGE_HEADERS)
    context = WelcomeContext(link.purpose, token.strip(), link.email or "")
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/welcome", dependencies=[Depends(own_form)])
async def follow_link(
    request: Request,
    settings: CurrentSettings,
    now: Now,
    throttles: SignInThrottles,
    token: Text = "",
    email: Text = "",
    name: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Make the account or set the password, and sign in."""
    database: Database = request.app.state.database
    address = client_of(request)
    purpose = invited = ""
    try:
        if wait_s := throttles.addresses.wait_s(address, now):
            return _too_many(request, WelcomeContext(message=_too_many_words(wait_s)), wait_s)
        async with database.reading() as session:
            link = await people.link_of(session, token, now)
        purpose, invited = link.purpose, link.email or ""
        people.check_password(password, again, invited or email, name)
        password_hash = await passwords.hashed(password)
        async with database.writing() as session:
            user = await people.follow(session, token, email, name, password_hash, now)
            secret, pending = await service.begin(session, user, request.headers.get("user-agent", ""), now)
    except DomainError as error:
        if not purpose:
            throttles.addresses.count(address, now)
        context = WelcomeContext(purpose, token if purpose else "", invited or email, name, error.message)
        return page(request, context, error.status, PAGE_HEADERS)
    return _signed_in(settings, secret, SECOND if pending else "/admin")


def _signed_in(settings: Settings, secret: str, address: str) -> Response:
    response = RedirectResponse(address, 303)
    set_cookie(response, settings, secret)
    return response


def _too_many_words(wait_s: float) -> str:
    return TOO_MANY.format(minutes=math.ceil(wait_s / 60))


def _too_many(
    request: Request, context: SignInContext | SecondFactorContext | WelcomeContext, wait_s: float
) -> Response:
    return page(request, context, 429, {**PAGE_HEADERS, "Retry-After": str(math.ceil(wait_s))})
