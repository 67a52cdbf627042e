"""The participant's pages: consent, the experiment, the end; and what the browser reports."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.experiments import service as experiments
from app.participants import service
from app.participants.dependencies import SessionToken, WritingVisit
from app.participants.schemas import EndContext, EventIn, LandingContext, RunContext
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.security import json_call, same_origin, set_session_cookie
from app.web.templating import page

router = APIRouter()


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


@router.get("/s/{code}")
async def landing(request: Request, session: ReadSession, code: str) -> Response:
    """What the study is, and the form of consent; creates nothing (robots follow links)."""
    study, _link = await experiments.study_by_code(session, code)
    experiments.require_open(study)
    definition = experiments.definition_of(study)
    cells = await experiments.cells_of(session, study)
    context = LandingContext(
        study_name=definition.title,
        code=code,
        consent_paragraphs=definition.consent_paragraphs,
        summary=definition.timing.summary,
        stimuli=f"{definition.timing.medium.kind.capitalize()}s",
        duration_minutes=definition.duration_minutes,
        trials=cells.trials,
    )
    return page(request, context)


@router.post("/s/{code}/consent", dependencies=[Depends(same_origin)])
async def consent(
    session: WriteSession,
    settings: CurrentSettings,
    now: Now,
    token: SessionToken,
    code: str,
    consent: Annotated[Literal["yes"], Form()],
) -> Response:
    """Make the participant and the whole plan, unless this browser has a session already."""
    if await service.find_visit(session, code, token):
        return _see(f"/run/{code}")
    stale_after = timedelta(minutes=settings.stale_after_minutes)
    new_token = await service.consent(session, code, stale_after, now)
    response = _see(f"/run/{code}")
    set_session_cookie(response, settings, code, new_token)
    return response


@router.get("/run/{code}")
async def run(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """The page that runs the experiment."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return _see(f"/s/{code}")
    if visit.participant.status == "completed":
        return _see(f"/end/{code}")
    return page(request, RunContext(study_name=visit.definition.title, code=code))


@router.get("/end/{code}")
async def end(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """Thanks, and the completion code."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return _see(f"/s/{code}")
    if visit.participant.status != "completed":
        return _see(f"/run/{code}")
    context = EndContext(
        study_name=visit.definition.title,
        completion_code=visit.definition.completion_code,
        message=visit.definition.completion_message,
    )
    return page(request, context)


@router.post("/api/{code}/events", status_code=204, dependencies=[Depends(json_call)])
async def event(session: WriteSession, visit: WritingVisit, now: Now, event: EventIn) -> None:
    """Note what happened in the browser."""
    await service.note_event(session, visit, event, now)
