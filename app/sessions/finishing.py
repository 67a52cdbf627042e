"""The end of a session: it is completed once, and what an experimenter should look at is flagged."""

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.tables import Participant
from app.experiments import service as experiments
from app.participants.service import Visit, record_event
from app.sessions import pace, queries, steps
from app.sessions.schemas import Finished
from app.stimuli.service import DamagedStimulusError, sound_ms
from app.tasks.reading import flags_in

PLAN_SHARED, TOO_FAST = "plan_shared", "too_fast"


async def finish(session: AsyncSession, visit: Visit, now: datetime) -> Finished:
    """Complete the session. Doing it again changes nothing.

    Raises `Conflict` while answers, or results of steps after them, are missing.
    """
    progress = await queries.progress(session, visit.participant.id)
    if progress.next_index is not None:
        raise Conflict(
            "answers_missing",
            f"{progress.waiting} answers have not arrived yet.",
            missing_index=progress.next_index,
            missing=progress.waiting,
        )
    if visit.participant.status != "completed":
        if left := await steps.left(session, visit, progress):
            position = left[0].position
            raise Conflict("steps_missing", f"Step {position} is not done yet.", next_position=position)
        await _complete(session, visit, now)
    return Finished(
        completion_code=visit.definition.completion_code, message=visit.definition.completion_message
    )


async def _complete(session: AsyncSession, visit: Visit, now: datetime) -> None:
    """The study's row is locked meanwhile, so that two who finish one plan at one moment are both flagged."""
    too_fast = await _too_fast(session, visit)
    await experiments.lock_study(session, visit.study.id)
    if not await queries.complete(session, visit.participant.id, now):
        return
    record_event(session, visit.participant, "finish", {}, now)
    finishers = await queries.finishers_of_slot(session, visit.participant)
    for finisher in finishers if len(finishers) > 1 else ():
        _flag(finisher, PLAN_SHARED)
    if too_fast:
        _flag(visit.participant, TOO_FAST)


def _flag(participant: Participant, flag: str) -> None:
    participant.flags = sorted({*flags_in(participant.flags), flag})


async def _too_fast(session: AsyncSession, visit: Visit) -> bool:
    """Simulated observers do not wait, and everybody knows."""
    participant, definition = visit.participant, visit.definition
    if participant.audience == "simulated":
        return False
    stimulus_ms = await _stimulus_ms(session, participant.id) if definition.task.medium.lasts else 0.0
    answers = [
        (moment, definition.task.least_ms(definition.parameters, phase, stimulus_ms))
        for moment, phase in await queries.arrivals(session, participant.id)
    ]
    return pace.too_fast(participant.consented_at, answers)


async def _stimulus_ms(session: AsyncSession, participant_id: int) -> float:
    """How long each sound of a plan lasts (all have one length); 0 if that cannot be read any more."""
    some = await queries.any_asset(session, participant_id)
    try:
        return await asyncio.to_thread(sound_ms, some.bundle_path, some.blob_sha256) if some else 0.0
    except DamagedStimulusError:
        return 0.0
