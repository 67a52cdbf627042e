"""A participant's steps: which are left, and their results, each stored once."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, NotFound
from app.db.tables import StepResult
from app.participants.service import Visit, seen
from app.sessions import queries
from app.sessions.queries import Progress
from app.sessions.schemas import StepResultIn, StepResultOut, StepView, TrialSpan
from app.steps.course import Course, course_of, from_due_on
from app.steps.registry import KINDS
from app.steps.step import Setting, Step
from app.tasks import reading as reader


class DoneBefore(Conflict):
    """Another result of this step is stored already; it is the error's detail."""

    def __init__(self, stored: StepResultOut) -> None:
        message = "This step has been done already; the first result counts."
        super().__init__("answered_before", message, **stored.model_dump(mode="json"))


def session_name(visit: Visit) -> str:
    """The same for a session as long as it lasts, and told to nobody else."""
    return sha256(f"{visit.study.secret}/{visit.participant.id}".encode()).hexdigest()[:16]


def _course(visit: Visit, progress: Progress) -> Course:
    return course_of(visit.definition.course, progress.practice, progress.total)


async def left(session: AsyncSession, visit: Visit, progress: Progress) -> Course:
    """The steps that are left, the one that is due first."""
    results = await queries.step_results(session, visit.participant.id)
    return from_due_on(_course(visit, progress), results, progress.next_index)


async def told(session: AsyncSession, visit: Visit, progress: Progress) -> list[StepView]:
    """The steps that are left, as the page is told of them."""
    setting = visit.definition.setting(progress.practice, progress.total - progress.practice)
    return [_view(step, setting) for step in await left(session, visit, progress)]


def _view(step: Step, setting: Setting) -> StepView:
    trials = TrialSpan(first=step.trials[0], last=step.trials[-1]) if step.trials else None
    told = KINDS[step.kind].told(step, setting)
    return StepView(position=step.position, kind=step.kind, trials=trials, told=told)


async def store(
    session: AsyncSession, visit: Visit, position: int, given: StepResultIn, now: datetime
) -> StepResultOut:
    """Store the result of a step, once.

    The same result again (by its UUID) returns the stored one. Raises `NotFound` (no such step), `DoneBefore`
    (another result is stored), `Conflict` (it is not this step's turn, it holds trials or is of another
    kind, or the UUID was used for another step). What was measured is never refused.
    """
    progress = await queries.progress(session, visit.participant.id)
    course = _course(visit, progress)
    step = _step_at(course, position, given.kind)
    results = await queries.step_results(session, visit.participant.id)
    if position not in results:
        due = from_due_on(course, results, progress.next_index)
        if due and due[0].position < position:
            message = f"Step {due[0].position} comes first."
            raise Conflict("not_due", message, next_position=due[0].position)
        results = await _stored(session, visit, step, given, now)
    stored, after = results[position], from_due_on(course, results, progress.next_index)
    out = StepResultOut(
        position=position,
        kind=stored.kind,
        uuid=stored.client_uuid,
        result=stored.result,
        next_position=after[0].position if after else None,
    )
    if stored.client_uuid != str(given.uuid):
        raise DoneBefore(out)
    return out


def _step_at(course: Course, position: int, kind: str) -> Step:
    if position >= len(course):
        raise NotFound("no_such_step", f"There is no step {position} in this session.")
    step = course[position]
    if step.kind != kind:
        raise Conflict("other_step", f"Step {position} is {step.kind}. Please load the page again.")
    return step


async def _stored(
    session: AsyncSession, visit: Visit, step: Step, given: StepResultIn, now: datetime
) -> dict[int, StepResult]:
    """Insert the result; all that is stored then, which may be the result of another request."""
    model = KINDS[step.kind].result
    if model is None:
        raise Conflict("holds_trials", f"Step {step.position} holds trials; their answers are its result.")
    seen(visit.participant, now)
    participant_id, reading = visit.participant.id, reader.read(model, given.result)
    result = StepResult(
        participant_id=participant_id,
        position=step.position,
        kind=step.kind,
        client_uuid=str(given.uuid),
        result=reading.record.model_dump(mode="json"),
        flags=list(reading.flags),
        received_at=now,
    )
    await queries.store(session, result)
    results = await queries.step_results(session, participant_id)
    if step.position not in results:
        raise Conflict("uuid_used", "This UUID belongs to the result of another step.")
    return results
