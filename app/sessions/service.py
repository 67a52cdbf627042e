"""The trials of a session: showing them, storing their answers, finishing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Invalid, NotFound, TooEarly
from app.core.tokens import token_sha256
from app.db.tables import Response
from app.experiments import service as experiments
from app.participants.service import Visit, fingerprint, record_event, required, seen, visit_of
from app.sessions import queries, scoring, steps
from app.sessions.queries import Asset, Question
from app.sessions.schemas import (
    AnswerIn,
    AnswerOut,
    Passed,
    SessionView,
    SetAsideIn,
    StudyName,
    TrialView,
    TrialWindow,
)
from app.tasks import reading as reader
from app.tasks.record import attended

# Of a plan's trials, as many ahead of the one that is due are told to the page: enough to preload.
REACH = 60
MAY_SET_ASIDE = 10  # in one session; more are no accident
ANSWER_REFUSED = "answer_refused"


class AnsweredBefore(Conflict):
    """Another answer to this trial is stored already; it is the error's detail."""

    def __init__(self, stored: AnswerOut) -> None:
        message = "This trial has been answered already; the first answer counts."
        super().__init__("answered_before", message, **stored.model_dump(mode="json"))


async def session_view(session: AsyncSession, visit: Visit) -> SessionView:
    definition = visit.definition
    bundles = await experiments.bundles_of_study(session, visit.study.id)
    progress = await queries.progress(session, visit.participant.id)
    return SessionView(
        session=steps.session_name(visit),
        study=StudyName(name=definition.title),
        total=progress.total,
        practice=progress.practice,
        next_index=progress.next_index,
        completed=visit.participant.status == "completed",
        task=definition.task.told(
            definition.parameters, experiments.choices_of(definition, bundles), visit.link.code
        ),
        steps=await steps.told(session, visit, progress),
    )


async def trial_window(session: AsyncSession, visit: Visit, start: int, count: int) -> TrialWindow:
    """Trials from index `start` on; fewer than `count` at the end of the plan.

    Raises `TooEarly` where some lie further ahead than `REACH` trials from the one that is due: a page that
    is so far ahead waits until its answers have arrived.
    """
    progress = await queries.progress(session, visit.participant.id)
    due, last = progress.next_index, min(start + count, progress.total) - 1
    if due is not None and last >= due + REACH:
        raise TooEarly("too_early", f"Trial {due} has to be answered first.", next_index=due)
    task, code = visit.definition.task, visit.link.code
    rows = await queries.window(session, visit.participant.id, start, count)
    return TrialWindow(
        trials=[
            TrialView(
                index=planned.trial_index,
                phase=planned.phase,
                stimulus=f"/stimuli/{planned.asset_token}",
                told=task.told_of_trial(code, planned.trial_index),
                answered=answered,
            )
            for planned, answered in rows
        ]
    )


async def answer(
    session: AsyncSession, code: str, token: str | None, trial_index: int, given: AnswerIn, now: datetime
) -> AnswerOut:
    """Store the answer to a trial, once.

    The same answer again (by its UUID) returns the stored one. Raises `NotFound` (no such link or trial),
    `Unauthorized` (no session), `Invalid` (not one of the choices), `AnsweredBefore` (another answer is
    stored), `Conflict` (it is not this trial's turn, or the UUID was used for another trial). What was
    measured is never refused.
    """
    visit, question = await _question(session, code, token, trial_index)
    stored = question.stored
    if stored is None:
        _require_turn(question)
        definition = visit.definition
        if given.answer not in definition.task.choices(definition.vocabulary or question.categories):
            raise Invalid("unknown_answer", f"{given.answer!r} is not one of the choices.")
        seen(visit.participant, now)
        stored = _response(visit, question, given, now)
        if not await queries.store(session, stored):
            stored = await _stored_meanwhile(session, code, token, trial_index)
    out = _answered(visit, question, stored)
    if stored.client_uuid != str(given.uuid):
        raise AnsweredBefore(out)
    return out


async def _stored_meanwhile(
    session: AsyncSession, code: str, token: str | None, trial_index: int
) -> Response:
    """The answer that another request stored while this one was at it."""
    _visit, question = await _question(session, code, token, trial_index)
    if question.stored is None:
        raise Conflict("uuid_used", "This UUID belongs to the answer of another trial.")
    return question.stored


async def set_aside(
    session: AsyncSession, code: str, token: str | None, trial_index: int, refused: SetAsideIn, now: datetime
) -> Passed:
    """Let the session go on without an answer that was refused; the answer is kept as an event.

    Doing it again changes nothing. Raises `NotFound` (no such link or trial), `Unauthorized` (no session),
    `AnsweredBefore` (an answer is stored), `Conflict` (it is not this trial's turn, or `MAY_SET_ASIDE` trials
    of the session were passed).
    """
    visit, question = await _question(session, code, token, trial_index)
    if question.stored is not None:
        raise AnsweredBefore(_answered(visit, question, question.stored))
    _require_turn(question)
    if question.set_aside_at is None:
        if await queries.number_set_aside(session, visit.participant.id) >= MAY_SET_ASIDE:
            raise Conflict("too_many_set_aside", f"{MAY_SET_ASIDE} answers of this session were refused.")
        if await queries.set_aside(session, question.planned_trial_id, now):
            detail = {"trial_index": trial_index, **refused.model_dump(mode="json")}
            record_event(session, visit.participant, ANSWER_REFUSED, detail, now)
    return Passed(next_index=question.next_index)


async def _question(
    session: AsyncSession, code: str, token: str | None, trial_index: int
) -> tuple[Visit, Question]:
    caller, question = await queries.question(session, code, fingerprint(token), trial_index)
    visit = required(visit_of(caller))
    if question is None:
        raise NotFound("no_such_trial", f"There is no trial {trial_index} in this session.")
    return visit, question


def _require_turn(question: Question) -> None:
    if question.waits:
        raise Conflict("not_due", f"Trial {question.due} has to be answered first.", next_index=question.due)


def _right(visit: Visit, question: Question) -> str:
    return visit.definition.task.right_answer(question.category, question.condition)


def _answered(visit: Visit, question: Question, stored: Response) -> AnswerOut:
    return AnswerOut(
        index=question.trial_index,
        uuid=stored.client_uuid,
        answer=stored.answer,
        next_index=question.next_index,
        feedback=scoring.feedback(question.phase, stored.answer, _right(visit, question)),
    )


def _response(visit: Visit, question: Question, given: AnswerIn, now: datetime) -> Response:
    task = visit.definition.task
    reading = reader.read(task.record, given.timing)
    rt_ms, rt_flags = reader.response_time(given.rt_ms)
    return Response(
        planned_trial_id=question.planned_trial_id,
        client_uuid=str(given.uuid),
        answer=given.answer,
        correct=scoring.is_correct(given.answer, _right(visit, question)),
        rt_ms=rt_ms,
        timing=reading.record.model_dump(mode="json"),
        received_at=now,
        on_time=task.on_time(reading.record),
        attended=attended(reading.record),
        flags=[*rt_flags, *reading.flags],
    )


async def asset(session: AsyncSession, asset_token: str, tokens: Sequence[str]) -> Asset:
    """The stimulus at an address. Raises `NotFound` unless one of the session tokens is its owner's."""
    found = await queries.asset(session, asset_token, [token_sha256(token) for token in tokens])
    if found is None:
        raise NotFound("no_such_stimulus", "There is no such stimulus in this session.")
    return found
