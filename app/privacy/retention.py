"""Deleting what a study keeps for a time: the ids of people, and all of their data."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import StudyDefinition
from app.participants import erasure
from app.participants.tombstones import Reason, bury
from app.privacy import queries
from app.steps.survey import SurveyParameters

# An active session that was not heard of for so long is over.
QUIET = timedelta(days=1)


@dataclass(frozen=True)
class Deleted:
    """What was deleted of one study.

    `recruitments` and `submissions` are rows, `payments` those that were emptied of ids, `texts` personal
    answers, `browsers` what browsers said of themselves, `data` participants of whom nothing but their row is
    left. `waiting` are those whose ids stay until a payment is settled or a submission is decided.
    """

    study: str
    recruitments: int = 0
    submissions: int = 0
    payments: int = 0
    texts: int = 0
    browsers: int = 0
    data: int = 0
    waiting: int = 0

    @property
    def something(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name not in ("study", "waiting"))


async def carry_out(session: AsyncSession, actor: Actor, name: str, now: datetime) -> Deleted:
    """Delete what is due in one study. Doing it again changes nothing. Raises `NotFound` or `Forbidden`."""
    study = await experiments.locked_study_for(session, actor, name, "owner")
    definition = experiments.definition_of(study)
    settings = definition.privacy
    of_data = settings.data.ended_before(now) if settings and settings.data else None
    of_ids = settings.ids.ended_before(now) if settings and settings.ids else None
    before = max((one for one in (of_ids, of_data) if one is not None), default=None)
    deleted = await _ids(session, study, before, now)
    if before is not None:
        submissions, payments = await _strangers(session, study, before, now)
        deleted = replace(
            deleted,
            submissions=deleted.submissions + submissions,
            payments=deleted.payments + payments,
            texts=await _texts(session, study, definition, before, now),
            browsers=await _browsers(session, study, before, now),
        )
    if of_data is not None:
        deleted = replace(deleted, data=await _data(session, study, of_data, now))
    if deleted.something:
        numbers = {key: value for key, value in vars(deleted).items() if key != "study"}
        await audit.record(session, actor, "study.retention_applied", f"study {name}", numbers, now)
    return deleted


async def _ids(session: AsyncSession, study: Study, before: datetime | None, now: datetime) -> Deleted:
    total, waiting = erasure.Erased(), 0
    for participant in await queries.due_for_ids(session, study.id, before, now - QUIET):
        if await erasure.is_waiting(session, participant.id):
            waiting += 1
            continue
        reason: Reason = "withdrawn" if participant.status == "withdrawn" else "retention"
        one = await erasure.erase_ids(session, participant, reason, now)
        total = erasure.Erased(*(a + b for a, b in zip(total.counts, one.counts, strict=True)))
    return Deleted(study.name, *total.counts, waiting=waiting)


async def _strangers(session: AsyncSession, study: Study, before: datetime, now: datetime) -> tuple[int, int]:
    submissions, payments = await queries.strangers(session, study.id, before)
    for submission, source in submissions:
        await bury(session, study.id, "live", source, {"visit": submission.remote_id}, "retention", now)
        await session.delete(submission)
    for payment in payments:
        erasure.empty(payment)
    return len(submissions), len(payments)


async def _texts(
    session: AsyncSession, study: Study, definition: StudyDefinition, before: datetime, now: datetime
) -> int:
    """Personal answers in surveys."""
    personal = {
        position: {question.id for question in step.questions if question.personal}
        for position, step in enumerate(definition.course)
        if isinstance(step, SurveyParameters)
    }
    places = [position for position, names in personal.items() if names]
    count = 0
    for row in await queries.due_results(session, study.id, places, before, now - QUIET) if places else ():
        answers = row.result.get("answers") or {}
        left = {name: answer for name, answer in answers.items() if name not in personal[row.position]}
        if len(left) < len(answers):
            row.result = {**row.result, "answers": left}
            count += len(answers) - len(left)
    return count


async def _browsers(session: AsyncSession, study: Study, before: datetime, now: datetime) -> int:
    events = await queries.due_events(session, study.id, before, now - QUIET)
    for event in events:
        event.detail = {key: value for key, value in event.detail.items() if key != queries.USER_AGENT}
    return len(events)


async def _data(session: AsyncSession, study: Study, before: datetime, now: datetime) -> int:
    due = await queries.due_for_data(session, study.id, before, now - QUIET)
    for participant in due:
        await erasure.erase_data(session, participant)
    return len(due)
