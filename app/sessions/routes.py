"""The interface of the page that runs the trials."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.participants.dependencies import ReadingVisit, SessionToken, WritingVisit
from app.sessions import finishing, service, steps
from app.sessions.schemas import (
    AnswerIn,
    AnswerOut,
    Finished,
    Passed,
    SessionView,
    SetAsideIn,
    StepResultIn,
    StepResultOut,
    TrialWindow,
)
from app.stimuli.service import PRESENTED_HEADERS, read_stimulus
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.security import cookie_name, json_call

router = APIRouter()
api = APIRouter(prefix="/api/{code}", dependencies=[Depends(json_call)])


@api.get("/session")
async def get_session(session: ReadSession, visit: ReadingVisit) -> SessionView:
    """Where the participant is, and how trials are shown."""
    return await service.session_view(session, visit)


@api.get("/trials")
async def get_trials(
    session: ReadSession,
    visit: ReadingVisit,
    start: Annotated[WholeNumber, Query(le=1_000_000)],
    count: Annotated[WholeNumber, Query(ge=1, le=40)],
) -> TrialWindow:
    """The next trials."""
    return await service.trial_window(session, visit, start, count)


@api.put("/trials/{trial_index}")
async def put_answer(
    session: WriteSession,
    token: SessionToken,
    now: Now,
    code: str,
    trial_index: WholeNumber,
    answer: AnswerIn,
) -> AnswerOut:
    """Store an answer; sending the same one again is always safe."""
    return await service.answer(session, code, token, trial_index, answer, now)


@api.post("/trials/{trial_index}/set-aside")
async def set_aside(
    session: WriteSession,
    token: SessionToken,
    now: Now,
    code: str,
    trial_index: WholeNumber,
    refused: SetAsideIn,
) -> Passed:
    """Go on without an answer that the server refused; sending this again is always safe."""
    return await service.set_aside(session, code, token, trial_index, refused, now)


@api.put("/steps/{position}")
async def put_step_result(
    session: WriteSession, visit: WritingVisit, now: Now, position: WholeNumber, given: StepResultIn
) -> StepResultOut:
    """Store the result of a step without trials; sending the same one again is always safe."""
    return await steps.store(session, visit, position, given, now)


@api.post("/finish")
async def finish(session: WriteSession, visit: WritingVisit, now: Now) -> Finished:
    """End the session when all answers are stored."""
    return await finishing.finish(session, visit, now)


@router.get("/stimuli/{asset_token}")
async def stimulus(
    request: Request, session: ReadSession, settings: CurrentSettings, asset_token: str
) -> Response:
    """A picture or sound, for the participant in whose plan it is."""
    prefix = cookie_name(settings, "")
    tokens = [value for name, value in request.cookies.items() if name.startswith(prefix)]
    found = await service.asset(session, asset_token, tokens)
    data = await run_in_threadpool(
        read_stimulus, found.bundle_path, found.blob_sha256, found.media_type, found.picture_px
    )
    return Response(data, media_type=found.media_type, headers=PRESENTED_HEADERS)


router.include_router(api)
