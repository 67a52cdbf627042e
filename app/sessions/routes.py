"""The interface of the page that runs the trials."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Query, Request, Response

from app.core.errors import Unavailable
from app.participants.dependencies import ReadingVisit, SessionToken, WritingVisit
from app.participants.service import require_visit
from app.sessions import service, steps, windows
from app.sessions.abx.waiting import settle
from app.sessions.assets.service import BeingMade, presented
from app.sessions.endings import service as endings
from app.sessions.resuming import service as resuming
from app.sessions.schemas import (
    AnswerIn,
    AnswerOut,
    BeginIn,
    Finished,
    Passed,
    Sender,
    SessionView,
    SetAsideIn,
    StepResultIn,
    StepResultOut,
    TrialWindow,
)
from app.stimuli.service import PRESENTED_HEADERS
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.security import cookie_name, json_call


async def sender(
    x_session_lease: Annotated[UUID | None, Header()] = None,
    x_session_leftover: Annotated[Literal["yes"] | None, Header()] = None,
) -> Sender:
    """Names the page that runs the session; calls of a program need none."""
    return Sender(x_session_lease, leftover=x_session_leftover == "yes")


SentBy = Annotated[Sender, Depends(sender)]

router = APIRouter()
api = APIRouter(prefix="/api/{code}", dependencies=[Depends(json_call)])


@api.post("/session")
async def begin(session: WriteSession, visit: WritingVisit, now: Now, asked: BeginIn) -> SessionView:
    """Run the session on this page from now on, and see where it is; sending this again is always safe."""
    await resuming.begin(session, visit, asked, now)
    return await service.session_view(session, visit)


@api.get("/session")
async def get_session(session: ReadSession, visit: ReadingVisit) -> SessionView:
    """Where the participant is, and how trials are shown."""
    return await service.session_view(session, visit)


@api.get("/trials")
async def get_trials(
    request: Request,
    session: ReadSession,
    visit: ReadingVisit,
    token: SessionToken,
    now: Now,
    code: str,
    start: Annotated[WholeNumber, Query(le=1_000_000)],
    count: Annotated[WholeNumber, Query(ge=1, le=40)],
) -> TrialWindow:
    """The next trials. Where levels are chosen from the answers, this gives the trials out."""
    if visit.definition.task.adaptive:
        await session.rollback()  # gives the connection back, lest requests wait for one another
        async with request.app.state.database.writing() as writing:
            visit = await require_visit(writing, code, token)
            return await windows.issued_window(writing, visit, start, count, now)
    return await windows.trial_window(session, visit, start, count)


@api.put("/trials/{trial_index}")
async def put_answer(
    session: WriteSession,
    token: SessionToken,
    sent_by: SentBy,
    now: Now,
    code: str,
    trial_index: WholeNumber,
    answer: AnswerIn,
) -> AnswerOut:
    """Store an answer; sending the same one again is always safe."""
    return await service.answer(session, code, token, sent_by, trial_index, answer, now)


@api.post("/trials/{trial_index}/set-aside")
async def set_aside(
    session: WriteSession,
    token: SessionToken,
    sent_by: SentBy,
    now: Now,
    code: str,
    trial_index: WholeNumber,
    refused: SetAsideIn,
) -> Passed:
    """Go on without an answer that the server refused; sending this again is always safe."""
    return await service.set_aside(session, code, token, sent_by, trial_index, refused, now)


@api.put("/steps/{position}")
async def put_step_result(
    session: WriteSession,
    visit: WritingVisit,
    sent_by: SentBy,
    now: Now,
    position: WholeNumber,
    given: StepResultIn,
) -> StepResultOut:
    """Store the result of a step without trials; sending the same one again is always safe."""
    resuming.require_lease(visit, sent_by)
    return await service.store_result(session, visit, position, given, now, leftover=sent_by.leftover)


@api.get("/steps/{position}/files/{number}")
async def step_file(
    session: ReadSession, visit: ReadingVisit, position: WholeNumber, number: WholeNumber
) -> Response:
    """What the step that is due gives its page to play or to show."""
    found = await steps.file(session, visit, position, number)
    return Response(found.data, media_type=found.media_type, headers={"Cache-Control": "no-store"})


@api.post("/finish")
async def finish(
    request: Request, session: WriteSession, visit: WritingVisit, now: Now, after: BackgroundTasks
) -> Finished:
    """End the session when all answers are stored.

    A study that closes at a certain precision is looked at after this is committed.
    """
    finished = await endings.finish(session, visit, now)
    if visit.participant.audience == "live" and visit.definition.close_at == "sem":
        after.add_task(request.app.state.precision.completed, visit.study.id)
    return finished


@router.get("/stimuli/{asset_token}")
async def stimulus(request: Request, settings: CurrentSettings, asset_token: str) -> Response:
    """A picture or sound, for the participant in whose plan it is; one that is being made is waited for."""
    prefix = cookie_name(settings, "")
    tokens = [value for name, value in request.cookies.items() if name.startswith(prefix)]
    database = request.app.state.database
    async with database.reading() as session:
        found = await presented(session, asset_token, tokens)
    if isinstance(found, BeingMade):
        await settle(database, found.planned_trial_id)
        async with database.reading() as session:
            found = await presented(session, asset_token, tokens)
    if isinstance(found, BeingMade):
        raise Unavailable("being_made", "The picture of this trial is being made; ask again.")
    return Response(found.data, media_type=found.media_type, headers=PRESENTED_HEADERS)


router.include_router(api)
