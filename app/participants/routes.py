"""The participant's pages: consent, the experiment, the end; and what the browser reports."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.core.config import Settings
from app.core.errors import Conflict
from app.participants import pages, reception, service
from app.participants.arrival import arrival_of, is_preview, typed_number
from app.participants.dependencies import SessionToken, WritingVisit
from app.participants.door import Answer
from app.participants.form_keys import FormKeys
from app.participants.kept_cookie import keeps_cookies, set_kept_cookie
from app.participants.reception import Call, Reception
from app.participants.schemas import ConsentForm, EndContext, EventIn, ResumeForm, RunContext
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.security import json_call, same_origin, set_session_cookie
from app.web.templating import PageContext, page

router = APIRouter()


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _page(request: Request, context: PageContext, status: int = 200) -> Response:
    """A page that is made for one person at one moment: never shown from a cache."""
    return page(request, context, status, {"Cache-Control": "no-store"})


def _led_on(received: Reception) -> Response:
    here = received.caller.here
    return _see(f"/{'end' if here and here.finished else 'run'}/{received.link.code}")


@router.get("/s/{code}")
async def landing(
    request: Request, session: ReadSession, settings: CurrentSettings, token: SessionToken, code: str
) -> Response:
    """What the study is, and the form of consent; creates nothing (robots follow links).

    Who has begun is asked or led on. Beside the page goes a cookie that says nothing, by which its form knows
    that the browser keeps cookies.
    """
    query = request.query_params
    call = Call(code, token, arrival_of(query), another=query.get("another") == "yes")
    received = await reception.receive(session, call)
    if received.answer is Answer.LED_ON:
        return _led_on(received)
    context = await pages.shown(session, received, preview=is_preview(query))
    response = _page(request, context)
    set_kept_cookie(response, settings)
    return response


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
    if is_preview(given):
        raise Conflict("preview", "This was a preview. Accept the task first, and give your consent then.")
    arrival = arrival_of(given) or typed_number(form.participant_number)
    call = Call(code, token, arrival, another=form.another == "yes")
    if token is None and not keeps_cookies(request, settings):
        return await _without_cookies(request, session, call)
    stale_after = timedelta(minutes=settings.stale_after_minutes)
    keys = FormKeys(code, form.uuid)
    received = await reception.enter(session, call, keys, stale_after, now)
    if received.answer is Answer.LED_ON:
        return _let_in(received, settings, keys)
    context = await pages.shown(session, received, number=form.participant_number, uuid=str(form.uuid))
    return _page(request, context)


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
    call = Call(code, token, arrival_of(given))
    if token is None and not keeps_cookies(request, settings):
        return await _without_cookies(request, session, call)
    keys = FormKeys(code, form.uuid)
    received = await reception.resume(session, call, keys, now)
    if received.answer is Answer.LED_ON:
        return _let_in(received, settings, keys)
    return _page(request, await pages.shown(session, received))


async def _without_cookies(request: Request, session: WriteSession, call: Call) -> Response:
    received = await reception.receive(session, call)
    return _page(request, pages.without_cookies(received), 400)


def _let_in(received: Reception, settings: Settings, keys: FormKeys) -> Response:
    """To an address without the link's ids; with the session's cookie, if the form opened it."""
    response = _led_on(received)
    if received.enters:
        set_session_cookie(response, settings, keys.code, keys.token)
    return response


@router.get("/run/{code}")
async def run(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """The page that runs the experiment."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return _see(f"/s/{code}")
    if visit.participant.status == "completed":
        return _see(f"/end/{code}")
    return _page(request, RunContext(study_name=visit.definition.title, code=code))


@router.get("/end/{code}")
async def end(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """Thanks, the completion code, and the way back to the recruiter."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return _see(f"/s/{code}")
    if visit.participant.status != "completed":
        return _see(f"/run/{code}")
    leads_back = visit.definition.completion_address
    context = EndContext(
        study_name=visit.definition.title,
        completion_code=visit.definition.completion_code,
        message=visit.definition.completion_message,
        leads_back=leads_back,
        host=urlsplit(leads_back).hostname if leads_back else None,
    )
    return _page(request, context)


@router.post("/api/{code}/events", status_code=204, dependencies=[Depends(json_call)])
async def event(session: WriteSession, visit: WritingVisit, now: Now, event: EventIn) -> None:
    """Note what happened in the browser."""
    await service.note_event(session, visit, event, now)
