"""The experimenter's pages: sign in and out, the list of studies, one study, opening and closing it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from app.admin import queries, service
from app.admin.contexts import SignInContext, StudiesContext, study_card, study_page
from app.admin.dependencies import COOKIE_SUFFIX, SIGN_IN, SignInThrottle, own_form, require_admin
from app.admin.headers import NO_STORE, PAGE_HEADERS
from app.admin.irregular import load as load_irregular
from app.admin.run_routes import router as runs
from app.analysis.export import file_of
from app.analysis.inference import stage_effect
from app.analysis.report.content import load as load_report
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.analysis.service import analyse, counts_by_study, quality, require_participants
from app.core.errors import Unauthorized
from app.experiments import queries as experiments_queries
from app.experiments import service as experiments
from app.experiments.schemas import Kind
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.security import cookie_name, set_session_cookie
from app.web.templating import page

REPORTS = {"html": (to_html, "text/html; charset=utf-8"), "pdf": (to_print, "application/pdf")}
TOO_MANY = "Too many wrong tokens from this address. Please wait 15 minutes."

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
    address = request.client.host if request.client else ""
    if throttle.blocked(address, now):
        return page(request, SignInContext(TOO_MANY), 429, PAGE_HEADERS)
    try:
        secret = await service.sign_in(session, token, now)
    except Unauthorized as error:
        throttle.failed(address, now)
        return page(request, SignInContext(error.message), error.status, PAGE_HEADERS)
    throttle.succeeded(address)
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
    links = await queries.all_links(session)
    counts = await counts_by_study(session)
    cards = [
        study_card(study, bundle, links, counts.get(study.id, {}), settings.base_url)
        for study, bundle in await queries.studies_with_bundles(session)
    ]
    return page(request, StudiesContext(tuple(cards)), headers=PAGE_HEADERS)


@signed_in.get("/studies/{name}")
async def study(
    request: Request, session: ReadSession, settings: CurrentSettings, name: str, kind: Kind = "live"
) -> Response:
    analysis = await analyse(session, name, kind)
    links = await experiments_queries.links_of_study(session, analysis.study.id)
    numbers = await quality(session, analysis)
    irregular = await load_irregular(session, analysis)
    effect = await run_in_threadpool(stage_effect, analysis)
    shown = study_page(analysis, numbers, effect, links, irregular, settings.base_url)
    return page(request, shown, headers=PAGE_HEADERS)


@signed_in.get("/studies/{name}/{kind}/report.{suffix}")
async def report(session: ReadSession, name: str, kind: Kind, suffix: Literal["html", "pdf"]) -> Response:
    """The report as a file to keep: opened here, the site's policy would take its style away."""
    analysis = await analyse(session, name, kind)
    require_participants(analysis)
    content = await load_report(session, analysis)
    make, media_type = REPORTS[suffix]
    body = await run_in_threadpool(make, content)
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}-{kind}-report.{suffix}"'}
    return Response(body, media_type=media_type, headers=headers)


@signed_in.get("/studies/{name}/{kind}/{file_name}")
async def analysis_file(session: ReadSession, name: str, kind: Kind, file_name: str) -> Response:
    """One file of the analysis, made anew so that it holds the newest answers."""
    analysis = await analyse(session, name, kind)
    media_type, content = await file_of(session, analysis, file_name)
    headers = {**NO_STORE, "Content-Disposition": f'inline; filename="{name}-{kind}-{file_name}"'}
    return Response(content, media_type=media_type, headers=headers)


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
