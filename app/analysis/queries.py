"""What the analysis reads from the database.

Counting is the database's work: trials leave it one by one only for what lists them one by one.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Event, Participant, PlannedTrial, Response, StepResult, Stimulus
from app.experiments.exclusions import Exclusions, TrialExclusions

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
UTC_OFFSET = "utc_offset_minutes"  # in the events of kind "environment"
AT_ONCE = 10_000  # trials that are held as rows while a table is made of them


async def scores(
    session: AsyncSession, study_id: int, audience: str, rules: Exclusions
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Counts of answered main trials, one row per participant, bundle and condition.

    `trials` and `correct` count all; `kept` and `kept_correct` those that the rules for single trials leave.
    `paced` have a response time, of which `quick` are before the limit of the rule for participants;
    `untimely` are those of the `timed` trials whose stimulus was not presented on time, `unattended` those of
    the `watched` ones during which the page lost the focus or was hidden.
    """
    kept = _kept(rules.trials)
    limit_ms = rules.median_rt_below_ms
    quick = literal(0) if limit_ms is None else _count(Response.rt_ms < limit_ms)
    query = select(
        Participant.id.label("participant_id"),
        (Participant.status == "completed").label("completed"),
        Stimulus.bundle_id,
        Stimulus.condition,
        func.count().label("trials"),
        _count(Response.correct).label("correct"),
        _count(kept).label("kept"),
        _count(and_(kept, Response.correct)).label("kept_correct"),
        func.count(Response.rt_ms).label("paced"),
        quick.label("quick"),
        func.count(Response.on_time).label("timed"),
        _count(Response.on_time.is_(False)).label("untimely"),
        func.count(Response.attended).label("watched"),
        _count(Response.attended.is_(False)).label("unattended"),
    )
    query = _of_answered_main_trials(query, study_id, audience)
    query = query.group_by(Participant.id, Stimulus.bundle_id, Stimulus.condition)
    # Left alone, SQLite looks answers up by their unique constraint and reads their wide rows.
    query = query.with_hint(Response, "INDEXED BY ix_responses_scores", "sqlite")
    return (await session.execute(query)).all()


async def answer_counts(
    session: AsyncSession, study_id: int, audience: str, rules: Exclusions, excluded: Sequence[int]
) -> Sequence[Row[int, str, str, str, int]]:
    """(bundle, condition, category, answer, count) over kept trials of participants not `excluded`."""
    what = (Stimulus.bundle_id, Stimulus.condition, Stimulus.category, Response.answer)
    query = select(*what, func.count())
    query = _of_answered_main_trials(query, study_id, audience).where(
        Participant.id.not_in(excluded), _kept(rules.trials)
    )
    return (await session.execute(query.group_by(*what))).all()


async def median_rt_ms(
    session: AsyncSession, study_id: int, audience: str, rules: Exclusions, excluded: Sequence[int]
) -> tuple[float | None, int]:
    """Median over kept trials of participants who are not `excluded`, and of how many trials.

    Trials without a response time are passed over. SQLite has no median, so the middle of the sorted times is
    fetched.
    """
    of_these = (Participant.id.not_in(excluded), _kept(rules.trials), Response.rt_ms.is_not(None))
    counting = _of_answered_main_trials(select(func.count()), study_id, audience).where(*of_these)
    trials = await session.scalar(counting) or 0
    query = _of_answered_main_trials(select(Response.rt_ms), study_id, audience).where(*of_these)
    middle = query.order_by(Response.rt_ms).offset((trials - 1) // 2).limit(2 - trials % 2)
    times = [rt_ms or 0.0 for rt_ms in await session.scalars(middle)] if trials else []
    return (sum(times) / len(times) if times else None), trials


async def main_trials(
    session: AsyncSession, study_id: int, audience: str
) -> AsyncIterator[Sequence[Row[*tuple[Any, ...]]]]:
    """One row per answered main trial, in the order of participants and trials, some thousands at a time."""
    query = select(
        Participant.id.label("participant_id"),
        Participant.slot,
        (Participant.status == "completed").label("completed"),
        PlannedTrial.trial_index,
        Stimulus.bundle_id,
        Stimulus.natural_id,
        Stimulus.category,
        Stimulus.condition,
        Stimulus.blob_sha256,
        Response.answer,
        Response.correct,
        Response.rt_ms,
        Response.timing,
        Response.on_time,
        Response.attended,
        Response.received_at,
        Response.flags,
    )
    query = _of_answered_main_trials(query, study_id, audience)
    rows = await session.stream(query.order_by(Participant.id, PlannedTrial.trial_index))
    async for part in rows.partitions(AT_ONCE):
        yield part


def _of_answered_main_trials(query: Query, study_id: int, audience: str) -> Query:
    return (
        query.select_from(Participant)
        .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
        .join(Response, Response.planned_trial_id == PlannedTrial.id)
        .join(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
        .where(
            Participant.study_id == study_id, Participant.audience == audience, PlannedTrial.phase == "main"
        )
    )


def _kept(rules: TrialExclusions) -> ColumnElement[bool]:
    """A trial that was not timed, or whose response time is not known, is kept: nothing speaks against it."""
    kept: ColumnElement[bool] = func.coalesce(Response.on_time, true()) if rules.bad_timing else true()
    if rules.rt_below_ms is not None:
        kept = and_(kept, func.coalesce(Response.rt_ms >= rules.rt_below_ms, true()))
    if rules.rt_above_ms is not None:
        kept = and_(kept, func.coalesce(Response.rt_ms <= rules.rt_above_ms, true()))
    return kept


def _count(condition: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
    """How many rows fulfil a condition; null counts as no."""
    return func.count().filter(condition)


async def step_results(
    session: AsyncSession, study_id: int, audience: str
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per stored result of a step, in the order of participants and steps."""
    query = (
        select(
            Participant.id.label("participant_id"),
            Participant.slot,
            StepResult.position,
            StepResult.kind.label("step"),
            StepResult.result,
            StepResult.flags,
            StepResult.received_at,
        )
        .join(Participant, Participant.id == StepResult.participant_id)
        .where(Participant.study_id == study_id, Participant.audience == audience)
    )
    return (await session.execute(query.order_by(Participant.id, StepResult.position))).all()


async def utc_offsets(session: AsyncSession, study_id: int, audience: str) -> dict[int, int]:
    """Participants' local times less UTC in minutes, as their pages said when they were last opened."""
    query = (
        select(Event.participant_id, Event.detail)
        .join(Participant, Participant.id == Event.participant_id)
        .where(
            Participant.study_id == study_id, Participant.audience == audience, Event.kind == "environment"
        )
        .order_by(Event.id)
    )
    told = {who: detail.get(UTC_OFFSET) for who, detail in await session.execute(query)}
    return {who: int(minutes) for who, minutes in told.items() if isinstance(minutes, int | float)}


async def ended_early(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[int, str]]:
    """(participant, outcome) of those who were screened out or withdrew."""
    query = select(Participant.id, func.coalesce(Participant.outcome, "")).where(
        Participant.study_id == study_id,
        Participant.audience == audience,
        Participant.status.in_(("screened_out", "withdrawn")),
    )
    return (await session.execute(query.order_by(Participant.id))).all()


async def catch_answers(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[int, int, int]]:
    """(participant, catch trials that were answered, those of them that were right)."""
    query = (
        select(Participant.id, func.count(), _count(Response.correct))
        .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
        .join(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(
            Participant.study_id == study_id,
            Participant.audience == audience,
            PlannedTrial.phase == "catch",
        )
        .group_by(Participant.id)
    )
    return (await session.execute(query)).all()


async def participant_flags(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[int, Any]]:
    """(participant, flags) of those who have any."""
    query = select(Participant.id, Participant.flags).where(
        Participant.study_id == study_id,
        Participant.audience == audience,
        cast(Participant.flags, String) != "[]",
    )
    return (await session.execute(query.order_by(Participant.id))).all()


async def set_aside_count(session: AsyncSession, study_id: int, audience: str) -> int:
    """How many trials were passed without an answer, since the server refused it."""
    query = (
        select(func.count(PlannedTrial.set_aside_at))
        .join(Participant, Participant.id == PlannedTrial.participant_id)
        .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(Participant.study_id == study_id, Participant.audience == audience, Response.id.is_(None))
    )
    return await session.scalar(query) or 0


async def answer_flags(session: AsyncSession, study_id: int, audience: str) -> Sequence[Row[str, int]]:
    """(flags as JSON text, number of answers) of answers that have any, those of practice included."""
    flags = cast(Response.flags, String)
    query = (
        select(flags, func.count())
        .select_from(Participant)
        .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
        .join(Response, Response.planned_trial_id == PlannedTrial.id)
        .where(Participant.study_id == study_id, Participant.audience == audience, flags != "[]")
        .group_by(flags)
    )
    return (await session.execute(query)).all()


async def refused_answers(
    session: AsyncSession, study_id: int, audience: str, most: int
) -> Sequence[Row[int, Any, datetime]]:
    """(participant, what the page told, when) of the newest answers that were refused and set aside."""
    query = (
        select(Event.participant_id, Event.detail, Event.happened_at)
        .join(Participant, Participant.id == Event.participant_id)
        .where(
            Participant.study_id == study_id, Participant.audience == audience, Event.kind == "answer_refused"
        )
        .order_by(Event.id.desc())
        .limit(most)
    )
    return (await session.execute(query)).all()


async def participant_counts(session: AsyncSession) -> Sequence[Row[int, str, int, int]]:
    """(study_id, audience, consented, completed) for every study and audience that has participants."""
    completed = func.count().filter(Participant.status == "completed")
    return (
        await session.execute(
            select(Participant.study_id, Participant.audience, func.count(), completed).group_by(
                Participant.study_id, Participant.audience
            )
        )
    ).all()


async def completion_times(
    session: AsyncSession, study_id: int, audience: str
) -> Sequence[Row[int, datetime, datetime | None]]:
    """(participant, consented_at, completed_at) of those who finished."""
    return (
        await session.execute(
            select(Participant.id, Participant.consented_at, Participant.completed_at).where(
                Participant.study_id == study_id,
                Participant.audience == audience,
                Participant.status == "completed",
            )
        )
    ).all()
