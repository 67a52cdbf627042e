"""The trials of a session: showing them, storing their answers, finishing."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import PROJECT_FOLDER
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tokens import token_sha256
from app.db.constraints import violated_constraint
from app.db.tables import Response
from app.experiments.masks import MASKS
from app.participants.service import Visit, record_event
from app.stimuli import queries as stimuli_queries
from app.trials import queries, scoring, timing
from app.trials.queries import Picture, Question
from app.trials.schemas import (
    AnswerIn,
    AnswerOut,
    Choice,
    Durations,
    Finished,
    SessionView,
    StudyName,
    TrialView,
    TrialWindow,
)


class AnsweredBefore(Conflict):
    """Another answer to this trial is stored already; it is in `stored`."""

    def __init__(self, stored: AnswerOut) -> None:
        super().__init__("answered_before", "This trial has been answered already; the first answer counts.")
        self.stored = stored


async def session_view(session: AsyncSession, visit: Visit) -> SessionView:
    bundle = await stimuli_queries.get_bundle(session, visit.study.bundle_id)
    progress = await queries.progress(session, visit.participant.id)
    durations = asdict(visit.definition.timing)
    return SessionView(
        study=StudyName(name=visit.definition.title),
        total=progress.total,
        practice=progress.practice,
        next_index=progress.next_index,
        completed=visit.participant.status == "completed",
        timing=Durations(**{name: durations[name] for name in Durations.model_fields}),
        choices=[Choice(name=name, label=name, icon=_icon(name)) for name in bundle.categories],
        masks=[_mask(visit, number) for number in range(MASKS)],
        instructions=list(visit.definition.instruction_paragraphs),
        breaks_after=scoring.breaks_after(progress.practice, progress.total),
    )


async def trial_window(session: AsyncSession, visit: Visit, start: int, count: int) -> TrialWindow:
    """Trials from index `start` on; fewer than `count` at the end of the plan."""
    rows = await queries.window(session, visit.participant.id, start, count)
    return TrialWindow(
        trials=[
            TrialView(
                index=planned.trial_index,
                phase=planned.phase,
                image=f"/stimuli/{planned.asset_token}",
                mask=_mask(visit, planned.trial_index),
                answered=answered,
            )
            for planned, answered in rows
        ]
    )


def _icon(category: str) -> str | None:
    """The 16 published categories have icons; a study with others shows their names alone."""
    path = f"vendor/icons/{category}.webp"
    return f"/static/{path}" if (PROJECT_FOLDER / "static" / path).is_file() else None


def _mask(visit: Visit, number: int) -> str:
    return f"/masks/{visit.link.code}/{number % MASKS}"


async def answer(
    session: AsyncSession, visit: Visit, trial_index: int, given: AnswerIn, now: datetime
) -> AnswerOut:
    """Store the answer to a trial, once.

    The same answer again (by its UUID) returns the stored one. Raises `NotFound` (no such trial), `Invalid`
    (not one of the choices), `AnsweredBefore` (another answer is stored), `Conflict` (the UUID was used for
    another trial).
    """
    question = await queries.question(session, visit.participant.id, trial_index)
    if question is None:
        raise NotFound("no_such_trial", f"There is no trial {trial_index} in this session.")
    stored = await queries.response_to(session, question.planned_trial_id)
    if stored is None:
        if given.answer not in question.choices:
            raise Invalid("unknown_answer", f"{given.answer!r} is not one of the choices.")
        stored = await _store(session, question, given, now)
        visit.participant.last_seen_at = now
    progress = await queries.progress(session, visit.participant.id)
    out = AnswerOut(
        index=trial_index,
        uuid=stored.client_uuid,
        answer=stored.answer,
        next_index=progress.next_index,
        feedback=scoring.feedback(question.phase, stored.answer, question.category),
    )
    if stored.client_uuid != str(given.uuid):
        raise AnsweredBefore(out)
    return out


async def _store(session: AsyncSession, question: Question, given: AnswerIn, now: datetime) -> Response:
    """Insert the response, or return the one that another request inserted in the meantime."""
    response = Response(
        planned_trial_id=question.planned_trial_id,
        client_uuid=str(given.uuid),
        answer=given.answer,
        correct=scoring.is_correct(given.answer, question.category),
        rt_ms=given.rt_ms,
        timing=given.timing.model_dump(mode="json"),
        received_at=now,
        on_time=timing.on_time(given.timing),
        attended=timing.attended(given.timing),
    )
    try:
        async with session.begin_nested():
            session.add(response)
    except IntegrityError as error:
        stored = await queries.response_to(session, question.planned_trial_id)
        if stored:
            return stored
        if violated_constraint(error) == "uq_responses_client_uuid":
            raise Conflict("uuid_used", "This UUID belongs to the answer of another trial.") from None
        raise
    return response


async def finish(session: AsyncSession, visit: Visit, now: datetime) -> Finished:
    """Complete the session. Raises `Conflict` while answers are missing. Doing it again changes nothing."""
    progress = await queries.progress(session, visit.participant.id)
    if progress.next_index is not None:
        raise Conflict(
            "answers_missing",
            f"{progress.total - progress.answered} answers have not arrived yet.",
            missing_index=progress.next_index,
            missing=progress.total - progress.answered,
        )
    participant = visit.participant
    if participant.status != "completed":
        participant.status, participant.completed_at, participant.last_seen_at = "completed", now, now
        record_event(session, participant, "finish", {}, now)
    return Finished(
        completion_code=visit.definition.completion_code, message=visit.definition.completion_message
    )


async def picture(session: AsyncSession, asset_token: str, tokens: Sequence[str]) -> Picture:
    """The picture at an address. Raises `NotFound` unless one of the session tokens is its owner's."""
    found = await queries.picture(session, asset_token, [token_sha256(token) for token in tokens])
    if found is None:
        raise NotFound("no_such_picture", "There is no such picture in this session.")
    return found
