"""One's own account: password, second factors, browsers that are signed in, tokens for scripts."""

from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import factors, passwords, people, service, sharing
from app.accounts.actor import ROLES, Role, at_least
from app.accounts.second_factors import is_totp_secret, new_totp_secret, totp_address
from app.accounts.signed_in import SignedIn
from app.admin.accounts.contexts import AccountContext, PasskeyRow, SessionRow, TokenRow, TotpContext
from app.admin.accounts.dates import minute
from app.admin.dependencies import CurrentPerson, SignInThrottles, Throttles, own_form
from app.admin.headers import PAGE_HEADERS
from app.core.errors import DomainError, Forbidden, Invalid
from app.core.text import CleanText
from app.db.session import Database
from app.db.tables import ApiToken
from app.experiments import service as experiments
from app.web.dependencies import Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.rate_limits import client_of
from app.web.templating import page

ACCOUNT = "/admin/account"

router = APIRouter(prefix="/account")
Text = Annotated[CleanText, Form(max_length=1000)]


async def shown(session: AsyncSession, who: SignedIn, **extra: Any) -> AccountContext:
    """The page of the account as it is now."""
    user = who.user
    studies = {one.id: one.name for one in await experiments.studies_for(session, who.actor)}
    return AccountContext(
        email=user.email,
        name=user.name,
        role=user.role,
        totp=user.totp_confirmed_at is not None,
        passkeys=tuple(
            PasskeyRow(one.id, one.name, minute(one.created_at), minute(one.last_used_at))
            for one in await service.passkeys_of(session, user.id)
        ),
        codes_left=await service.recovery_codes_left(session, user.id),
        sessions=tuple(
            SessionRow(
                one.id,
                one.browser or "unknown browser",
                minute(one.created_at),
                minute(one.last_seen_at),
                one.id == who.session.id,
            )
            for one in await service.sessions_of(session, user.id)
        ),
        tokens=_token_rows(await service.tokens_of(session, user.id), studies),
        token_roles=tuple(role for role in ROLES if at_least(who.actor.role, role)),
        studies=tuple(sorted(studies.values())),
        **extra,
    )


def _token_rows(tokens: Sequence[ApiToken], studies: dict[int, str]) -> tuple[TokenRow, ...]:
    return tuple(
        TokenRow(
            one.id,
            one.name,
            one.role,
            "all studies"
            if one.study_id is None
            else studies.get(one.study_id, "a study not shared any more"),
            minute(one.expires_at),
            minute(one.last_used_at),
        )
        for one in tokens
    )


@router.get("")
async def account(request: Request, session: ReadSession, who: CurrentPerson, saved: str = "") -> Response:
    """The own account; `saved` names what was just done, of a fixed list."""
    context = await shown(session, who, saved=SAVED.get(saved, ""))
    return page(request, context, headers=PAGE_HEADERS)


SAVED = {
    "password": "Your password is changed, and all other browsers are signed out.",
    "authenticator": "The authenticator is in use. Make recovery codes now, for when you lose it.",
    "removed": "The second factor is removed.",
    "sessions": "Signed out there.",
    "revoked": "The token is revoked.",
}


def _done(what: str) -> Response:
    return RedirectResponse(f"{ACCOUNT}?saved={what}", 303)


async def _own_password(
    request: Request, who: SignedIn, password: str, throttles: Throttles, now: datetime
) -> None:
    """Whoever finds a browser signed in does not know the password. Raises `Forbidden`."""
    address, account = client_of(request), who.user.email
    if throttles.wait_s(address, account, now):
        raise Forbidden("too_many", "Too many wrong passwords. Please wait a quarter of an hour.")
    if not await passwords.matches(who.user.password_hash, password):
        throttles.count(address, account, now)
        raise Forbidden("wrong_password", "This is not your present password.")


@router.post("/password", dependencies=[Depends(own_form)])
async def change_password(
    request: Request,
    who: CurrentPerson,
    now: Now,
    throttles: SignInThrottles,
    present: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    database: Database = request.app.state.database
    try:
        await _own_password(request, who, present, throttles, now)
        people.check_password(password, again, who.user.email, who.user.name)
    except DomainError as error:
        async with database.reading() as reading:
            context = await shown(reading, who, message=error.message)
        return page(request, context, error.status, PAGE_HEADERS)
    password_hash = await passwords.hashed(password)
    async with database.writing() as session:
        await people.change_password(session, who, password_hash, now)
    return _done("password")


@router.get("/authenticator")
async def authenticator(request: Request, who: CurrentPerson) -> Response:
    """The square code that an authenticator reads, and a field for its first code. Nothing is stored yet."""
    return page(request, _totp_page(who, new_totp_secret()), headers=PAGE_HEADERS)


def _totp_page(who: SignedIn, secret: str, message: str = "") -> TotpContext:
    picture = segno.make(totp_address(secret, who.user.email), error="m").svg_inline(scale=5, border=2)
    return TotpContext(secret, " ".join(wrap(secret, 4)), picture, message)


@router.post("/authenticator", dependencies=[Depends(own_form)])
async def add_authenticator(
    request: Request, session: WriteSession, who: CurrentPerson, now: Now, secret: Text = "", code: Text = ""
) -> Response:
    try:
        await factors.add_totp(session, who, secret, code, now)
    except Invalid as error:
        shown_secret = secret if is_totp_secret(secret) else new_totp_secret()
        return page(request, _totp_page(who, shown_secret, error.message), error.status, PAGE_HEADERS)
    return _done("authenticator")


@router.post("/authenticator/remove", dependencies=[Depends(own_form)])
async def remove_authenticator(
    request: Request, who: CurrentPerson, now: Now, throttles: SignInThrottles, present: Text = ""
) -> Response:
    await _own_password(request, who, present, throttles, now)
    database: Database = request.app.state.database
    async with database.writing() as session:
        await factors.remove_totp(session, who, now)
    return _done("removed")


@router.post("/passkeys/{passkey_id}/remove", dependencies=[Depends(own_form)])
async def remove_passkey(
    request: Request,
    who: CurrentPerson,
    now: Now,
    throttles: SignInThrottles,
    passkey_id: WholeNumber,
    present: Text = "",
) -> Response:
    await _own_password(request, who, present, throttles, now)
    database: Database = request.app.state.database
    async with database.writing() as session:
        await factors.remove_passkey(session, who, passkey_id, now)
    return _done("removed")


@router.post("/recovery-codes", dependencies=[Depends(own_form)])
async def recovery_codes(request: Request, session: WriteSession, who: CurrentPerson, now: Now) -> Response:
    codes = await factors.renew_recovery_codes(session, who, now)
    saved = "Keep these codes where you keep papers. Each works once, and they are not shown again."
    context = await shown(session, who, saved=saved, shown_once=tuple(codes))
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/sessions", dependencies=[Depends(own_form)])
async def end_session(
    session: WriteSession, who: CurrentPerson, now: Now, number: Annotated[WholeNumber | None, Form()] = None
) -> Response:
    """Sign out one other browser, or all others."""
    await sharing.end_sessions(session, who, number, now)
    return _done("sessions")


@router.post("/tokens", dependencies=[Depends(own_form)])
async def issue_token(
    request: Request,
    session: WriteSession,
    who: CurrentPerson,
    now: Now,
    role: Annotated[Role, Form()],
    days: Annotated[int, Form()],
    name: Text = "",
    study: Text = "",
) -> Response:
    study_id = None
    if study:
        study_id = (await experiments.study_for(session, who.actor, study, "viewer")).id
    token = await sharing.issue_token(session, who, name, role, days, study_id, now)
    saved = "This token is not shown again. A script sends it as Authorization: Bearer TOKEN."
    context = await shown(session, who, saved=saved, shown_once=(token,))
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/tokens/{token_id}/revoke", dependencies=[Depends(own_form)])
async def revoke_token(
    session: WriteSession, who: CurrentPerson, now: Now, token_id: WholeNumber
) -> Response:
    await sharing.revoke_token(session, who, token_id, now)
    return _done("revoked")
