"""A participant's steps: which are left, and their results, each stored once."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Invalid, NotFound
from app.core.randomness import generator
from app.db.tables import StepResult, Study
from app.experiments import service as experiments
from app.participants.service import Visit, seen
from app.sessions import queries
from app.sessions.queries import Progress
from app.sessions.schemas import ScreenView, StepResultIn, StepResultOut, StepView, TrialSpan
from app.steps.course import Course, course_of, from_due_on, settled
from app.steps.registry import KINDS
from app.steps.screen_scale import ScreenScale, ScreenScaleRecord
from app.steps.step import Setting, Step, StepFile
from app.tasks import reading as reader


class DoneBefore(Conflict):
    """Another result of this step is stored already; it is the error's detail."""

    def __init__(self, stored: StepResultOut) -> None:
        message = "This step has been done already; the first result counts."
        super().__init__("answered_before", message, **stored.model_dump(mode="json"))


@dataclass(frozen=True)
class Stored:
    """What a result led to: `outcome` is how the session ends by it, None if it goes on."""

    out: StepResultOut
    outcome: str | None = None


def session_name(visit: Visit) -> str:
    """The same for a session as long as it lasts, and told to nobody else."""
    return sha256(f"{visit.study.secret}/{visit.participant.id}".encode()).hexdigest()[:16]


def course(visit: Visit, total: int) -> Course:
    """The steps of a visit with a plan of so many trials."""
    definition = visit.definition
    return course_of(definition.course, definition.parts(total))


async def left(session: AsyncSession, visit: Visit, progress: Progress) -> Course:
    """The steps that are left, the one that is due first."""
    results = await queries.step_results(session, visit.participant.id)
    return from_due_on(course(visit, progress.total), results, progress.next_index)


def told(visit: Visit, left: Course, progress: Progress) -> list[StepView]:
    """The steps that are left, as the page is told of them: as many as will come in any case."""
    setting = visit.definition.setting(visit.definition.parts(progress.total))
    return [_view(step, setting) for step in settled(left)]


def screen(results: Iterable[StepResult]) -> ScreenView | None:
    """What is known of the participant's screen; None if it was not asked for."""
    for stored in results:
        if stored.kind == ScreenScale.name:
            record = reader.read(ScreenScaleRecord, stored.result).record
            return ScreenView.model_validate(record, from_attributes=True)
    return None


def begun(visit: Visit, due: Step, progress: Progress) -> bool:
    """Whether anything was done since the participant entered."""
    at_entry = sum(KINDS[step.kind].at_entry for step in visit.definition.course)
    return progress.next_index != 0 or due.position > at_entry


def _view(step: Step, setting: Setting) -> StepView:
    trials = TrialSpan(first=step.trials[0], last=step.trials[-1]) if step.trials else None
    told = KINDS[step.kind].told(step, setting)
    return StepView(position=step.position, kind=step.kind, trials=trials, told=told)


async def file(session: AsyncSession, visit: Visit, position: int, number: int) -> StepFile:
    """What the step that is due gives its page to play or to show.

    Raises `NotFound`: there is no such step or file, or it is not this step's turn.
    """
    progress = await queries.progress(session, visit.participant.id)
    due = await left(session, visit, progress)
    if due and due[0].position == position and visit.participant.status == "active":
        step = due[0]
        secret = secret_of(visit.study, visit.participant.id, position)
        # Making a sound takes a moment, in which other participants are answered.
        found = await asyncio.to_thread(KINDS[step.kind].file, step.parameters, number, secret)
        if found is not None:
            return found
    raise NotFound("no_such_file", f"Step {position} has no file {number} for this page now.")


def secret_of(study: Study, participant_id: int, position: int) -> np.random.Generator:
    """What the page of a step must not know is drawn with this, the same each time."""
    return generator(experiments.seed_of(study), "step", position, participant_id)


async def store(
    session: AsyncSession,
    visit: Visit,
    position: int,
    given: StepResultIn,
    now: datetime,
    *,
    leftover: bool = False,
) -> Stored:
    """Store the result of a step, once; one that is `leftover` does not show that anybody is there now.

    The same result again (by its UUID) returns the stored one. Raises `NotFound` (no such step), `DoneBefore`
    (another result is stored), `Invalid` (a person's answers are not those that were asked for), `Conflict`
    (it is not this step's turn, it holds trials or is of another kind, the session is over, or the UUID was
    used for another step). What was measured is never refused.
    """
    progress = await queries.progress(session, visit.participant.id)
    steps = course(visit, progress.total)
    step = _step_at(steps, position, given.kind)
    results = await queries.step_results(session, visit.participant.id)
    outcome = None
    if position not in results:
        _require_turn(visit, from_due_on(steps, results, progress.next_index), position)
        if not leftover:
            seen(visit.participant, now)
        results, outcome = await _stored(session, visit, step, given, now)
    stored, after = results[position], from_due_on(steps, results, progress.next_index)
    out = StepResultOut(
        position=position,
        kind=stored.kind,
        uuid=stored.client_uuid,
        result={name: value for name, value in stored.result.items() if name not in KINDS[step.kind].private},
        next_position=after[0].position if after else None,
    )
    if stored.client_uuid != str(given.uuid):
        raise DoneBefore(out)
    return Stored(out, outcome)


def _require_turn(visit: Visit, due: Course, position: int) -> None:
    if visit.participant.status != "active":
        raise Conflict("session_over", "This session is over.")
    if due and due[0].position < position:
        raise Conflict("not_due", f"Step {due[0].position} comes first.", next_position=due[0].position)


def _step_at(steps: Course, position: int, kind: str) -> Step:
    if position >= len(steps):
        raise NotFound("no_such_step", f"There is no step {position} in this session.")
    step = steps[position]
    if step.kind != kind:
        raise Conflict("other_step", f"Step {position} is {step.kind}. Please load the page again.")
    return step


async def _stored(
    session: AsyncSession, visit: Visit, step: Step, given: StepResultIn, now: datetime
) -> tuple[dict[int, StepResult], str | None]:
    """Insert the result; all that is stored then, which may be the result of another request."""
    kind = KINDS[step.kind]
    if kind.result is None:
        raise Conflict("holds_trials", f"Step {step.position} holds trials; their answers are its result.")
    if problems := kind.problems(step.parameters, given.result):
        raise Invalid("bad_answers", "Some answers are missing or cannot be.", problems=problems)
    participant_id, reading = visit.participant.id, reader.read(kind.result, given.result)
    secret = secret_of(visit.study, participant_id, step.position)
    judged = kind.judged(step.parameters, reading.record, secret)
    result = StepResult(
        participant_id=participant_id,
        position=step.position,
        kind=step.kind,
        client_uuid=str(given.uuid),
        result=judged.record.model_dump(mode="json"),
        flags=list(reading.flags),
        received_at=now,
    )
    first = await queries.store(session, result)
    results = await queries.step_results(session, participant_id)
    if step.position not in results:
        raise Conflict("uuid_used", "This UUID belongs to the result of another step.")
    return results, judged.outcome if first else None
