"""The experimenter's pages: sign in and out, the list of studies, one study, opening and closing it."""

import math
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse

from app.accounts import service
from app.admin.contexts import SignInContext, StudiesContext, study_card, study_page
from app.admin.dependencies import COOKIE_SUFFIX, SIGN_IN, SignInThrottle, own_form, require_admin
from app.admin.headers import PAGE_HEADERS
from app.admin.irregular import load as load_irregular
from app.admin.run_routes import router as runs
from app.analysis.inference import stage_effects
from app.analysis.service import analyse, counts_by_study, quality
from app.core.errors import Unauthorized
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.exports import downloads
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.rate_limits import client_of
from app.web.security import cookie_name, set_session_cookie
from app.web.templating import page

TOO_MANY = "Too many wrong tokens from this address. Please wait {minutes} minutes."

router = APIRouter()
door = APIRouter(prefix="/admin")
signed_in = APIRouter(prefix="/admin", dependencies=[Depends(require_admin)])


@door.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return page(request, SignInContext(), headers=PAGE_HEADERS)


@door.post("/sign-in", dependencies=[Depends(own_form)])
async def sign_in(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    throttle: SignInThrottle,
    token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    address = client_of(request)
    if wait_s := throttle.wait_s(address, now):
        headers = {**PAGE_HEADERS, "Retry-After": str(math.ceil(wait_s))}
        message = TOO_MANY.format(minutes=math.ceil(wait_s / 60))
        return page(request, SignInContext(message), 429, headers)
    try:
        secret = await service.sign_in(session, token, now)
    except Unauthorized as error:
        throttle.count(address, now)
        return page(request, SignInContext(error.message), error.status, PAGE_HEADERS)
    throttle.forget(address)
    response = RedirectResponse("/admin", 303)
    life_s = int(service.SESSION_LIFE.total_seconds())
    set_session_cookie(response, settings, COOKIE_SUFFIX, secret, life_s)
    return response


@door.post("/sign-out", dependencies=[Depends(own_form)])
async def sign_out(request: Request, session: WriteSession, settings: CurrentSettings) -> Response:
    name = cookie_name(settings, COOKIE_SUFFIX)
    if secret := request.cookies.get(name):
        await service.sign_out(session, secret)
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(name, path="/", secure=settings.cookies_are_secure, httponly=True, samesite="lax")
    return response


@signed_in.get("")
async def studies(request: Request, session: ReadSession, settings: CurrentSettings) -> Response:
    links = await experiments.all_links(session)
    counts = await counts_by_study(session)
    bundles = await experiments.all_bundles(session)
    newest_first = sorted(
        await experiments.all_studies(session), key=lambda study: (study.created_at, study.id), reverse=True
    )
    cards = [
        study_card(study, bundles[study.id], links, counts.get(study.id, {}), settings.base_url)
        for study in newest_first
    ]
    return page(request, StudiesContext(tuple(cards)), headers=PAGE_HEADERS)


@signed_in.get("/studies/{name}")
async def study(
    request: Request, session: ReadSession, settings: CurrentSettings, name: str, audience: Audience = "live"
) -> Response:
    analysis = await analyse(session, name, audience)
    links = await experiments.links_of_study(session, analysis.study.id)
    numbers = await quality(session, analysis)
    irregular = await load_irregular(session, analysis)
    effects = await run_in_threadpool(stage_effects, analysis)
    shown = study_page(analysis, numbers, effects, links, irregular, settings.base_url)
    return page(request, shown, headers=PAGE_HEADERS)


@signed_in.get("/studies/{name}/{audience}/report.{suffix}")
async def report(
    settings: CurrentSettings, name: str, audience: Audience, suffix: Literal["html", "pdf"]
) -> Response:
    """The report as a file to keep: opened here, the site's policy would take its style away."""
    made = await downloads.report(settings.database_url, name, audience, suffix)
    return _sent(made, f'attachment; filename="{name}-{audience}-report.{suffix}"')


@signed_in.get("/studies/{name}/{audience}/{file_name}")
async def analysis_file(settings: CurrentSettings, name: str, audience: Audience, file_name: str) -> Response:
    """One file of the analysis, made anew so that it holds the newest answers."""
    made = await downloads.analysis_file(settings.database_url, name, audience, file_name)
    return _sent(made, f'inline; filename="{name}-{audience}-{file_name}"')


def _sent(made: downloads.Download, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition, "Content-Length": str(made.size_bytes)}
    return StreamingResponse(made.pieces(), media_type=made.media_type, headers=headers)


@signed_in.post("/studies/{name}/open", dependencies=[Depends(own_form)])
async def open_study(session: WriteSession, now: Now, name: str) -> Response:
    await experiments.open_study(session, name, now)
    return RedirectResponse(f"/admin/studies/{name}", 303)


@signed_in.post("/studies/{name}/close", dependencies=[Depends(own_form)])
async def close_study(session: WriteSession, now: Now, name: str) -> Response:
    await experiments.close_study(session, name, now)
    return RedirectResponse(f"/admin/studies/{name}", 303)


signed_in.include_router(runs)
router.include_router(door)
router.include_router(signed_in)
