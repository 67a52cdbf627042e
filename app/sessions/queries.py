"""Planned trials and their answers in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast as typed

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    ScalarSelect,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.callers import VISIT, Caller
from app.db.constraints import violated_constraint
from app.db.tables import (
    AbxTrial,
    Bundle,
    Participant,
    PlannedTrial,
    Response,
    StepResult,
    Stimulus,
    Study,
    StudyBundle,
    StudyStimulus,
)
from synthesis.bundle.manifest import NATURAL

# That a trial has one answer and a step one result, and that no two have one UUID.
ONLY_ONE = (
    "uq_responses_planned_trial_id",
    "uq_responses_client_uuid",
    "uq_step_results_participant_id_position",
    "uq_step_results_client_uuid",
)


@dataclass(frozen=True)
class Progress:
    """Numbers of trials in a plan; `next_index` is the first that waits for an answer."""

    total: int
    waiting: int
    next_index: int | None


async def progress(session: AsyncSession, participant_id: int) -> Progress:
    waits = Response.id.is_(None) & PlannedTrial.set_aside_at.is_(None) & PlannedTrial.dropped_at.is_(None)
    waiting = case((waits, PlannedTrial.trial_index))
    query = (
        select(
            func.count(),
            func.count(waiting),
            func.min(waiting),
        )
        .select_from(PlannedTrial)
        .outerjoin(Response)
        .where(PlannedTrial.participant_id == participant_id)
    )
    return Progress(*(await session.execute(query)).one())


async def step_results(session: AsyncSession, participant_id: int) -> dict[int, StepResult]:
    """What is stored of a participant's steps, by position."""
    query = select(StepResult).where(StepResult.participant_id == participant_id)
    return {result.position: result for result in await session.scalars(query)}


def _waiting_after(index: ColumnElement[int]) -> ScalarSelect[int]:
    """The first trial of the visit's plan after an index that is not answered, set aside or dropped.

    The index of the plan is followed from there, and no further than to that trial.
    """
    return (
        select(PlannedTrial.trial_index)
        .where(
            PlannedTrial.participant_id == Participant.id,
            PlannedTrial.trial_index > index,
            PlannedTrial.set_aside_at.is_(None),
            PlannedTrial.dropped_at.is_(None),
            ~exists().where(Response.planned_trial_id == PlannedTrial.id),
        )
        .order_by(PlannedTrial.trial_index)
        .limit(1)
        .correlate(Participant)
        .scalar_subquery()
    )


async def window(
    session: AsyncSession, participant_id: int, start: int, count: int
) -> Sequence[tuple[PlannedTrial, bool]]:
    """Planned trials from index `start` on, each with whether it is answered."""
    query = (
        select(PlannedTrial, Response.id.is_not(None))
        .outerjoin(Response)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.trial_index >= start,
            PlannedTrial.trial_index < start + count,
        )
        .order_by(PlannedTrial.trial_index)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


@dataclass(frozen=True)
class Question:
    """A planned trial with what is needed to judge its answer, and where the session stands.

    `due` is the first trial that waits for an answer, `following` the first such after this one, `last` the
    last trial of the plan. `steps_done` are the positions of stored results of steps, with commas between.
    `dimension` and those after it are of a trial of the ABX task; `level` is None until it is given out.
    """

    planned_trial_id: int
    trial_index: int
    phase: str
    set_aside_at: datetime | None
    category: str
    condition: str
    categories: list[str]
    stored: Response | None
    due: int | None
    following: int | None
    last: int
    steps_done: str | None
    dropped_at: datetime | None
    dimension: str | None
    changed_first: bool | None
    x_changed: bool | None
    level: float | None

    @property
    def results(self) -> set[int]:
        """Positions of the steps whose result is stored."""
        return {int(position) for position in (self.steps_done or "").split(",") if position}

    @property
    def waits(self) -> bool:
        """It is not its turn yet."""
        return self.due is not None and self.trial_index > self.due

    @property
    def next_index(self) -> int | None:
        """The trial that is due once this one is answered or set aside."""
        return self.following if self.trial_index == self.due else self.due


_LAST = (
    select(func.max(PlannedTrial.trial_index))
    .where(PlannedTrial.participant_id == Participant.id)
    .correlate(Participant)
    .scalar_subquery()
)
_STEPS_DONE = (
    select(func.aggregate_strings(cast(StepResult.position, String), ","))
    .where(StepResult.participant_id == Participant.id)
    .correlate(Participant)
    .scalar_subquery()
)
_asked = aliased(PlannedTrial)
# Made once: putting it together takes longer than carrying it out.
_QUESTION = (
    VISIT.add_columns(
        _asked.id,
        _asked.trial_index,
        _asked.phase,
        _asked.set_aside_at,
        func.coalesce(Stimulus.category, StudyStimulus.category),
        func.coalesce(Stimulus.condition, NATURAL),
        Bundle.categories,
        Response,
        _waiting_after(literal(-1)),
        _waiting_after(bindparam("trial_index", type_=Integer)),
        _LAST,
        _STEPS_DONE,
        _asked.dropped_at,
        AbxTrial.dimension,
        AbxTrial.changed_first,
        AbxTrial.x_changed,
        AbxTrial.level,
    )
    .outerjoin(
        _asked,
        and_(_asked.participant_id == Participant.id, _asked.trial_index == bindparam("trial_index")),
    )
    .outerjoin(Stimulus, _asked.stimulus_id == Stimulus.id)
    .outerjoin(StudyStimulus, _asked.study_stimulus_id == StudyStimulus.id)
    .outerjoin(AbxTrial, AbxTrial.planned_trial_id == _asked.id)
    # All bundles of a study have the same categories.
    .join(StudyBundle, and_(StudyBundle.study_id == Study.id, StudyBundle.position == 0))
    .join(Bundle, StudyBundle.bundle_id == Bundle.id)
    .outerjoin(Response, Response.planned_trial_id == _asked.id)
)


async def question(
    session: AsyncSession, code: str, token_sha256: str, trial_index: int
) -> tuple[Caller | None, Question | None]:
    """Who calls, and the trial that is asked about: one statement, since every answer needs it."""
    values = {"code": code, "token_sha256": token_sha256, "trial_index": trial_index}
    row = (await session.execute(_QUESTION, values)).first()
    if row is None:
        return None, None
    study, link, participant, *found = row
    return (study, link, participant), Question(*found) if found[0] is not None else None


async def store(session: AsyncSession, given: Response | StepResult) -> bool:
    """Insert an answer or a step's result, which must be the first thing that is written in its transaction.

    False if the trial or step has one by now, or the UUID is another's: then nothing was written, and what is
    asked next is asked in a new transaction.
    """
    session.add(given)
    try:
        await session.flush()
    except IntegrityError as error:
        await session.rollback()
        if violated_constraint(error) not in ONLY_ONE:
            raise
        return False
    return True


async def set_aside(session: AsyncSession, planned_trial_id: int, now: datetime) -> bool:
    """Mark a trial as passed without an answer; False if it was marked before."""
    statement = update(PlannedTrial).where(
        PlannedTrial.id == planned_trial_id, PlannedTrial.set_aside_at.is_(None)
    )
    return await changed_one(session, statement.values(set_aside_at=now))


async def number_set_aside(session: AsyncSession, participant_id: int) -> int:
    query = select(func.count(PlannedTrial.set_aside_at)).where(PlannedTrial.participant_id == participant_id)
    return await session.scalar(query) or 0


async def changed_one(session: AsyncSession, statement: Update) -> bool:
    result = await session.execute(statement, execution_options={"synchronize_session": False})
    return typed(CursorResult[*tuple[()]], result).rowcount == 1
