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
from app.experiments import service as experiments
from app.experiments.masks import MASKS
from app.experiments.presets import WordPreset
from app.experiments.vocabulary import word_key
from app.participants.service import Visit, record_event
from app.stimuli import queries as stimuli_queries
from app.trials import queries, scoring, timing
from app.trials.queries import Asset, Question
from app.trials.records import RECORDS
from app.trials.schemas import (
    AnswerIn,
    AnswerOut,
    Choice,
    Durations,
    Finished,
    PictureTask,
    SessionView,
    StudyName,
    TrialView,
    TrialWindow,
    WordTask,
)


class AnsweredBefore(Conflict):
    """Another answer to this trial is stored already; it is in `stored`."""

    def __init__(self, stored: AnswerOut) -> None:
        super().__init__("answered_before", "This trial has been answered already; the first answer counts.")
        self.stored = stored


async def session_view(session: AsyncSession, visit: Visit) -> SessionView:
    bundle = await stimuli_queries.get_bundle(session, visit.study.bundle_id)
    progress = await queries.progress(session, visit.participant.id)
    return SessionView(
        study=StudyName(name=visit.definition.title),
        total=progress.total,
        practice=progress.practice,
        next_index=progress.next_index,
        completed=visit.participant.status == "completed",
        task=_task(visit, experiments.choices_of(visit.definition, bundle)),
        instructions=list(visit.definition.instruction_paragraphs),
        breaks_after=scoring.breaks_after(progress.practice, progress.total),
    )


def _task(visit: Visit, choices: Sequence[str]) -> PictureTask | WordTask:
    preset = visit.definition.timing
    if isinstance(preset, WordPreset):
        return WordTask(lead_ms=preset.lead_ms, vocabulary=sorted(choices, key=word_key))
    durations = asdict(preset)
    return PictureTask(
        timing=Durations(**{name: durations[name] for name in Durations.model_fields}),
        choices=[Choice(name=name, label=name, icon=_icon(name)) for name in choices],
        masks=[_mask(visit, number) for number in range(MASKS)],
    )


async def trial_window(session: AsyncSession, visit: Visit, start: int, count: int) -> TrialWindow:
    """Trials from index `start` on; fewer than `count` at the end of the plan."""
    masked = not isinstance(visit.definition.timing, WordPreset)
    rows = await queries.window(session, visit.participant.id, start, count)
    return TrialWindow(
        trials=[
            TrialView(
                index=planned.trial_index,
                phase=planned.phase,
                stimulus=f"/stimuli/{planned.asset_token}",
                mask=_mask(visit, planned.trial_index) if masked else None,
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
    (not one of the choices, or not the record of such a trial), `AnsweredBefore` (another answer is stored),
    `Conflict` (the UUID was used for another trial).
    """
    question = await queries.question(session, visit.participant.id, trial_index)
    if question is None:
        raise NotFound("no_such_trial", f"There is no trial {trial_index} in this session.")
    stored = await queries.response_to(session, question.planned_trial_id)
    if stored is None:
        _require_fitting(visit, question, given)
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


def _require_fitting(visit: Visit, question: Question, given: AnswerIn) -> None:
    if given.answer not in (visit.definition.vocabulary or question.choices):
        raise Invalid("unknown_answer", f"{given.answer!r} is not one of the choices.")
    medium = visit.definition.timing.medium
    if not isinstance(given.timing, RECORDS[medium.kind]):
        raise Invalid("wrong_record", f"The record of a trial with a {medium.kind} was expected.")


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


async def asset(session: AsyncSession, asset_token: str, tokens: Sequence[str]) -> Asset:
    """The stimulus at an address. Raises `NotFound` unless one of the session tokens is its owner's."""
    found = await queries.asset(session, asset_token, [token_sha256(token) for token in tokens])
    if found is None:
        raise NotFound("no_such_stimulus", "There is no such stimulus in this session.")
    return found
