"""What the page and the browser exchange of passkeys, as JSON: a new one, and signing in with one."""

import math
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.responses import JSONResponse

from app.accounts import passkeys, service
from app.admin.accounts.cookie import secret_of, set_cookie
from app.admin.dependencies import CurrentPerson, SignInThrottles
from app.core.errors import Unauthorized
from app.web.dependencies import CurrentSettings, Now, WriteSession
from app.web.error_pages import error_response
from app.web.rate_limits import client_of
from app.web.security import json_call

router = APIRouter(dependencies=[Depends(json_call)])
Credential = Annotated[dict[str, Any], Body(embed=True)]


@router.post("/admin/api/sign-in/passkey/options")
async def sign_in_options(
    request: Request, session: WriteSession, settings: CurrentSettings, now: Now
) -> Response:
    waiting = await service.waiting(session, secret_of(request, settings), now)
    made = await passkeys.authentication_options(session, waiting.session, waiting.user, settings.base_url)
    return Response(made, media_type="application/json")


@router.post("/admin/api/sign-in/passkey")
async def sign_in(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    throttles: SignInThrottles,
    credential: Credential,
) -> Response:
    secret = secret_of(request, settings)
    waiting = await service.waiting(session, secret, now)
    address, account = client_of(request), waiting.user.email
    if wait_s := throttles.wait_s(address, account, now):
        headers = {"Retry-After": str(math.ceil(wait_s))}
        return error_response(request, 429, "too_many", "Too many wrong tries. Please wait.", headers=headers)
    try:
        await passkeys.proven(session, waiting.session, waiting.user, credential, settings.base_url, now)
    except Unauthorized as error:  # an answer, not an error: that the challenge was used up is stored
        throttles.count(address, account, now)
        return error_response(request, error.status, error.code, error.message)
    throttles.forget(address, account)
    response = JSONResponse({"next": "/admin"})
    set_cookie(response, settings, await service.complete(session, waiting, secret, now))
    return response


@router.post("/admin/api/account/passkeys/options")
async def new_options(session: WriteSession, settings: CurrentSettings, who: CurrentPerson) -> Response:
    made = await passkeys.registration_options(session, who, settings.base_url)
    return Response(made, media_type="application/json")


@router.post("/admin/api/account/passkeys")
async def keep(
    session: WriteSession,
    settings: CurrentSettings,
    who: CurrentPerson,
    now: Now,
    credential: Credential,
    name: Annotated[str, Body(max_length=200)] = "",
) -> Response:
    await passkeys.register(session, who, credential, name, settings.base_url, now)
    return JSONResponse({"next": "/admin/account"})
