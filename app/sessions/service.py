"""The trials of a session: showing them, storing their answers, finishing."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.schedule import right_answer
from app.core.errors import Conflict, Invalid, NotFound
from app.db.tables import Response
from app.experiments import service as experiments
from app.participants.service import Visit, fingerprint, record_event, required, seen, visit_of
from app.sessions import queries, scoring, steps
from app.sessions.abx import service as abx
from app.sessions.endings import service as endings
from app.sessions.queries import Question
from app.sessions.resuming.service import require_lease
from app.sessions.schemas import (
    AnswerIn,
    AnswerOut,
    Passed,
    Sender,
    SessionView,
    SetAsideIn,
    StepResultIn,
    StepResultOut,
    StudyName,
)
from app.steps.course import Course, from_due_on, step_of_trial
from app.tasks import reading as reader
from app.tasks.record import attended

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
    over = visit.participant.status != "active"
    results = await queries.step_results(session, visit.participant.id)
    left: Course = (
        () if over else from_due_on(steps.course(visit, progress.total), results, progress.next_index)
    )
    return SessionView(
        session=steps.session_name(visit),
        study=StudyName(name=definition.title),
        total=progress.total,
        practice=definition.practice_trials,
        gate=definition.gate_trials,
        next_index=progress.next_index,
        begun=not left or steps.begun(visit, left[0], progress),
        over=over,
        task=definition.task.told(
            definition.parameters, experiments.choices_of(definition, bundles), visit.link.code
        ),
        screen=steps.screen(results.values()),
        steps=steps.told(visit, left, progress),
    )


async def answer(
    session: AsyncSession,
    code: str,
    token: str | None,
    sent_by: Sender,
    trial_index: int,
    given: AnswerIn,
    now: datetime,
) -> AnswerOut:
    """Store the answer to a trial, once.

    The same answer again (by its UUID) returns the stored one. Raises `NotFound` (no such link or trial),
    `Unauthorized` (no session), `Invalid` (not one of the choices), `AnsweredBefore` (another answer is
    stored), `Conflict` (it is not this trial's turn, a step comes before it, the session is over, another
    page runs it, or the UUID was used for another trial). What was measured is never refused.
    """
    visit, question = await _question(session, code, token, trial_index)
    stored = question.stored
    if stored is None:
        require_lease(visit, sent_by)
        _require_turn(visit, question)
        definition = visit.definition
        if not scoring.can_be_given(
            given.answer,
            definition.task.choices(definition.vocabulary or question.categories),
            ends_unanswered=definition.parameters.ends_unanswered,
        ):
            raise Invalid("unknown_answer", f"{given.answer!r} is not one of the choices.")
        if not sent_by.leftover:
            seen(visit.participant, now)
        stored = _response(visit, question, given, now)
        if await queries.store(session, stored):
            await _after_trial(session, visit, question, now)
        else:
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
    session: AsyncSession,
    code: str,
    token: str | None,
    sent_by: Sender,
    trial_index: int,
    refused: SetAsideIn,
    now: datetime,
) -> Passed:
    """Let the session go on without an answer that was refused; the answer is kept as an event.

    Doing it again changes nothing. Raises `NotFound` (no such link or trial), `Unauthorized` (no session),
    `AnsweredBefore` (an answer is stored), `Conflict` (it is not this trial's turn, or `MAY_SET_ASIDE` trials
    of the session were passed).
    """
    visit, question = await _question(session, code, token, trial_index)
    if question.stored is not None:
        raise AnsweredBefore(_answered(visit, question, question.stored))
    require_lease(visit, sent_by)
    _require_turn(visit, question)
    if question.set_aside_at is None:
        if await queries.number_set_aside(session, visit.participant.id) >= MAY_SET_ASIDE:
            raise Conflict("too_many_set_aside", f"{MAY_SET_ASIDE} answers of this session were refused.")
        if await queries.set_aside(session, question.planned_trial_id, now):
            detail = {"trial_index": trial_index, **refused.model_dump(mode="json")}
            record_event(session, visit.participant, ANSWER_REFUSED, detail, now)
            await _after_trial(session, visit, question, now)
    return Passed(next_index=question.next_index)


async def _question(
    session: AsyncSession, code: str, token: str | None, trial_index: int
) -> tuple[Visit, Question]:
    caller, question = await queries.question(session, code, fingerprint(token), trial_index)
    visit = required(visit_of(caller))
    if question is None:
        raise NotFound("no_such_trial", f"There is no trial {trial_index} in this session.")
    return visit, question


def _require_turn(visit: Visit, question: Question) -> None:
    if visit.participant.status != "active":
        raise Conflict("session_over", "This session is over.")
    if question.dropped_at is not None:
        raise Conflict("trial_dropped", "Enough was measured before this trial; it is not shown.")
    if question.dimension is not None and question.level is None:
        raise Conflict("not_given_out", f"Trial {question.trial_index} has not been given out; ask for it.")
    if question.waits:
        raise Conflict("not_due", f"Trial {question.due} has to be answered first.", next_index=question.due)
    left = from_due_on(_course(visit, question), question.results, question.due)
    if left and question.trial_index >= left[0].before and question.trial_index not in left[0].trials:
        raise Conflict(
            "step_not_due", f"Step {left[0].position} comes first.", next_position=left[0].position
        )


def _course(visit: Visit, question: Question) -> Course:
    return steps.course(visit, question.last + 1)


async def _after_trial(session: AsyncSession, visit: Visit, question: Question, now: datetime) -> None:
    """With the last trial of its step, a step may be failed; with a main one, enough may be measured."""
    if question.phase == "main" or question.phase == "catch":
        if question.phase == "main" and question.dimension is not None:
            await abx.stop_if_measured(session, visit, question.dimension, now)
        return
    step = step_of_trial(_course(visit, question), question.trial_index)
    if question.next_index is None or question.next_index >= step.trials.stop:
        await endings.judge_trials(session, visit, step, now)


async def store_result(
    session: AsyncSession,
    visit: Visit,
    position: int,
    given: StepResultIn,
    now: datetime,
    *,
    leftover: bool = False,
) -> StepResultOut:
    """Store the result of a step, once, as `app.sessions.steps.store`; a failed check ends the session."""
    stored = await steps.store(session, visit, position, given, now, leftover=leftover)
    if stored.outcome is not None:
        await endings.screen_out(session, visit, stored.outcome, now)
    return stored.out


def _right(visit: Visit, question: Question) -> str:
    if question.changed_first is not None and question.x_changed is not None:
        return right_answer(question.changed_first, question.x_changed)
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
    unanswered = given.answer == scoring.NO_ANSWER
    rt_ms, rt_flags = reader.no_time(given.rt_ms) if unanswered else reader.response_time(given.rt_ms)
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
