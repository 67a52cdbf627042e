"""The participant's pages: consent, the experiment, the end; and what the browser reports."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import Conflict, Gone
from app.core.languages import BROWSER
from app.experiments import service as experiments
from app.experiments.endings import FULL
from app.participants import pages, reception, service
from app.participants.arrival import PANELS, arrival_of, is_preview, typed_number
from app.participants.dependencies import SessionToken, WritingVisit
from app.participants.door import Answer
from app.participants.form_keys import FormKeys
from app.participants.kept_cookie import keeps_cookies, set_kept_cookie
from app.participants.last_page import full
from app.participants.pages import uncached
from app.participants.reception import Call, Reception
from app.participants.schemas import ConsentForm, EventIn, ResumeForm, RunContext
from app.steps.course import kinds_of
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.language import keep_language, speak
from app.web.security import json_call, same_origin, set_session_cookie

router = APIRouter()


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


async def _speak(request: Request, session: AsyncSession, code: str) -> None:
    """Whatever is shown from now on is in the study's language. Raises `NotFound` for the link's code."""
    study, _link = await experiments.study_by_code(session, code)
    speak(request, experiments.definition_of(study).language, code)


def _led_on(received: Reception) -> Response:
    here = received.caller.here
    return _see(f"/{'end' if here and here.finished else 'run'}/{received.link.code}")


@router.get("/s/{code}")
async def landing(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    token: SessionToken,
    code: str,
) -> Response:
    """What the study is, and the form of consent; creates nothing (robots follow links).

    Who has begun is asked or led on. Beside the page goes a cookie that says nothing, by which its form knows
    that the browser keeps cookies.
    """
    return await landing_page(request, session, settings, token, code, request.query_params)


async def landing_page(
    request: Request,
    session: AsyncSession,
    settings: Settings,
    token: str | None,
    code: str,
    query: Mapping[str, str],
) -> Response:
    """As `landing`, for the names and values that a link carries."""
    await _speak(request, session, code)
    fresh_since = utc_now() - timedelta(minutes=settings.stale_after_minutes)
    another = query.get("another") == "yes"
    call = Call(code, token, arrival_of(query), another, fresh_since)
    try:
        received = await reception.receive(session, call)
    except Gone:
        if (page := await _full(request, session, call)) is not None:
            return page
        raise
    if received.answer is Answer.LED_ON:
        return _led_on(received)
    context = await pages.shown(session, received, preview=is_preview(query))
    response = uncached(request, context)
    set_kept_cookie(response, settings)
    return response


async def _full(request: Request, session: AsyncSession, call: Call) -> Response | None:
    """The page with the code for who comes from a panel when the study is closed; None for all others."""
    study, _link = await experiments.study_by_code(session, call.code)
    definition = experiments.definition_of(study)
    from_panel = call.arrival is not None and call.arrival.source in PANELS
    return uncached(request, full(definition, call.code)) if from_panel and definition.code_of(FULL) else None


async def _given(request: Request) -> Mapping[str, str]:
    """The fields of a form that are text."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Given = Annotated[Mapping[str, str], Depends(_given)]


@router.post("/s/{code}/consent", dependencies=[Depends(same_origin)])
async def consent(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    token: SessionToken,
    code: str,
    form: Annotated[ConsentForm, Form()],
    given: Given,
) -> Response:
    """Make the participant and the whole plan, once for each form, unless the door says otherwise."""
    await _speak(request, session, code)
    if is_preview(given):
        raise Conflict("preview", "This was a preview. Accept the task first, and give your consent then.")
    arrival = arrival_of(given) or typed_number(form.participant_number)
    stale_after = timedelta(minutes=settings.stale_after_minutes)
    call = Call(code, token, arrival, form.another == "yes", now - stale_after)
    if token is None and not keeps_cookies(request, settings):
        return await _without_cookies(request, session, call)
    keys = FormKeys(code, form.uuid)
    try:
        received = await reception.enter(session, call, keys, stale_after, now)
    except Gone:
        if (page := await _full(request, session, call)) is not None:
            return page
        raise
    if received.answer is Answer.LED_ON:
        return _let_in(request, received, settings, keys)
    context = await pages.shown(session, received, number=form.participant_number, uuid=str(form.uuid))
    return uncached(request, context)


@router.post("/s/{code}/resume", dependencies=[Depends(same_origin)])
async def resume(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    token: SessionToken,
    code: str,
    form: Annotated[ResumeForm, Form()],
    given: Given,
) -> Response:
    """Go on here with a session that was begun in another browser, if the recruiter knows the visit."""
    await _speak(request, session, code)
    call = Call(code, token, arrival_of(given))
    if token is None and not keeps_cookies(request, settings):
        return await _without_cookies(request, session, call)
    keys = FormKeys(code, form.uuid)
    received = await reception.resume(session, call, keys, now)
    if received.answer is Answer.LED_ON:
        return _let_in(request, received, settings, keys)
    return uncached(request, await pages.shown(session, received))


async def _without_cookies(request: Request, session: WriteSession, call: Call) -> Response:
    received = await reception.receive(session, call)
    return uncached(request, pages.without_cookies(received), 400)


def _let_in(request: Request, received: Reception, settings: Settings, keys: FormKeys) -> Response:
    """To an address without the link's ids; with the session's cookies, if the form opened it."""
    response = _led_on(received)
    if received.enters:
        set_session_cookie(response, settings, keys.code, keys.token)
        if received.definition.language == BROWSER:
            keep_language(request, response, settings, keys.code)
    return response


@router.get("/run/{code}")
async def run(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """The page that runs the experiment."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return _see(f"/s/{code}")
    if visit.participant.status != "active":
        return _see(f"/end/{code}")
    definition = visit.definition
    speak(request, definition.language, code)
    kinds = (kind.name for kind in kinds_of(definition.course) if not kind.at_entry)
    step_scripts = tuple(f"participant/steps/{kind}.js" for kind in kinds)
    return uncached(request, RunContext(definition.title, code, definition.task.kind, step_scripts))


@router.post("/api/{code}/events", status_code=204, dependencies=[Depends(json_call)])
async def event(session: WriteSession, visit: WritingVisit, now: Now, event: EventIn) -> None:
    """Note what happened in the browser."""
    await service.note_event(session, visit, event, now)
