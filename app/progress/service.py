"""How a study is going, from a fixed number of statements."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.inference import stopping
from app.analysis.service import analyse
from app.core.errors import NotFound
from app.db.tables import Event, Participant, StepResult, Study
from app.experiments import service as experiments
from app.experiments.endings import COMPLETE
from app.experiments.schemas import Audience
from app.progress import queries
from app.progress.queries import MOST_EVENTS as MOST_EVENTS
from app.progress.queries import version as version
from app.progress.results import Course, Quality
from app.steps.course import course_of, from_due_on, kinds_of

PAGE = 50


class Row(NamedTuple):
    """A participant in the list, with what was answered of the plan."""

    participant: Participant
    planned: int
    answered: int
    timed: int
    on_time: int


class Life(NamedTuple):
    """All that one participant's page shows. `trials` are rows of `queries.trials`."""

    participant: Participant
    steps: list[StepResult]
    events: list[Event]
    trials: list[Any]


async def course(
    session: AsyncSession, study: Study, audience: Audience, now: datetime, stale_after: timedelta
) -> Course:
    """Where people are, and how sessions ended."""
    counts = await queries.endings(session, study.id, audience)
    steps = await _steps(session, study, audience, now - stale_after)
    active = sum(people for status, _, people in counts if status == "active")
    ended = Counter[str]()
    for status, outcome, people in counts:
        if status not in ("active", "completed"):
            ended[outcome or status] += people
    durations_s = [
        (end - start).total_seconds()
        for start, end in await queries.durations(session, study.id, audience)
        if end is not None
    ]
    return Course(
        consented=sum(people for *_, people in counts),
        completed=sum(people for _, outcome, people in counts if outcome == COMPLETE),
        steps=steps,
        gone=active - sum(people for _, people in steps),
        ended=tuple(sorted(ended.items())),
        median_duration_s=median(durations_s) if durations_s else None,
    )


async def _steps(
    session: AsyncSession, study: Study, audience: Audience, seen_since: datetime
) -> tuple[tuple[str, int], ...]:
    definition = experiments.definition_of(study)
    passed: dict[int, set[int]] = {}
    for who, position in await queries.passed_steps(session, study.id, audience, seen_since):
        passed.setdefault(who, set()).add(position)
    at = Counter[str]()
    for who, planned, due in await queries.active(session, study.id, audience, seen_since):
        steps = course_of(definition.course, definition.parts(planned))
        left = from_due_on(steps, passed.get(who, set()), due)
        at[left[0].kind if left else "end"] += 1
    order = [kind.name for kind in kinds_of(definition.course)]
    return tuple(sorted(at.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99))


async def quality(session: AsyncSession, study: Study, audience: Audience) -> Quality:
    """What the answers are worth; as much work as the curve itself."""
    analysis = await analyse(session, study.name, audience)
    conditions = analysis.recognition.conditions
    trials = [point.trials for point in conditions]
    sems = [point.sem for point in conditions if point.sem is not None]
    timed = int(analysis.scores["timed"].sum())
    rule = stopping(analysis)
    return Quality(
        analysed=analysis.recognition.participants,
        fewest=min(trials, default=0),
        most=max(trials, default=0),
        on_time=1 - int(analysis.scores["untimely"].sum()) / timed if timed else None,
        largest_sem=max(sems, default=None),
        target_sem=None if rule is None else rule.target_sem,
        stop=rule is not None and rule.stop,
    )


async def participants(
    session: AsyncSession, study: Study, audience: Audience, status: str | None, number: int
) -> tuple[list[Row], bool]:
    """The page of this number (from 0) of participants, the newest first, and whether there is another."""
    found = await queries.participants(session, study.id, audience, status, number * PAGE, PAGE + 1)
    shown = found[:PAGE]
    rows = await queries.answered(session, [one.id for one in shown])
    counts = {who: counted for who, *counted in rows}
    return [Row(one, *counts.get(one.id, (0, 0, 0, 0))) for one in shown], len(found) > PAGE


async def life(session: AsyncSession, study: Study, number: int) -> Life:
    """One participant. Raises `NotFound`, also for a participant of another study."""
    found = await queries.participant(session, study.id, number)
    if found is None:
        raise NotFound("unknown_participant", f"there is no participant {number} in the study {study.name!r}")
    return Life(
        found,
        list(await queries.steps(session, number)),
        list(await queries.events(session, number)),
        list(await queries.trials(session, number)),
    )
