"""What simulated participants are told of their stimuli, from the experimenter's side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.schedule import right_answer
from app.db.tables import AbxTrial, Participant, PlannedTrial, Stimulus, Study, StudyBundle, StudyStimulus
from app.experiments.conditions import condition_name
from app.experiments.service import definition_of
from app.sessions.steps import secret_of
from app.steps.course import Course, course_of
from app.steps.registry import KINDS
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class PlanTruth:
    """What a participant's stimuli are: (condition, category) by trial index; conditions as the study's.

    Catch trials count as natural: they are as easy. Of the ABX task, the condition is the dimension and the
    category the right answer. `course` are the steps of the session, and `secrets` draw
    by position what their pages must not know.
    """

    slot: int
    trials: dict[int, tuple[str, str]]
    course: Course
    secrets: Mapping[int, np.random.Generator]

    def solved(self, position: int, result: dict[str, Any], *, passes: bool) -> dict[str, Any]:
        """The simulated result of a step with the answers of one who passes it as a check, or fails it."""
        step = self.course[position]
        return KINDS[step.kind].solved(step.parameters, result, self.secrets[position], passes=passes)


async def planned_truth(session: AsyncSession, asset_token: str) -> PlanTruth | None:
    """The truth about the whole plan that holds the stimulus with this address; None if there is no such."""
    owner = select(PlannedTrial.participant_id).where(PlannedTrial.asset_token == asset_token)
    rows = (
        await session.execute(
            select(
                Participant.id,
                Participant.slot,
                PlannedTrial.trial_index,
                StudyBundle.network,
                Stimulus.condition,
                func.coalesce(Stimulus.category, StudyStimulus.category).label("category"),
                Study,
                AbxTrial.dimension,
                AbxTrial.changed_first,
                AbxTrial.x_changed,
            )
            .join(PlannedTrial, PlannedTrial.participant_id == Participant.id)
            .outerjoin(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
            .outerjoin(StudyStimulus, StudyStimulus.id == PlannedTrial.study_stimulus_id)
            .outerjoin(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
            .join(Study, Study.id == Participant.study_id)
            .outerjoin(
                StudyBundle,
                and_(StudyBundle.study_id == Study.id, StudyBundle.bundle_id == Stimulus.bundle_id),
            )
            .where(Participant.id == owner.scalar_subquery())
        )
    ).all()
    if not rows:
        return None
    study, definition = rows[0].Study, definition_of(rows[0].Study)
    named = definition.stimuli is not None
    trials = {row.trial_index: _truth(row, named=named) for row in rows}
    course = course_of(definition.course, definition.parts(len(trials)))
    secrets = {step.position: secret_of(study, rows[0].id, step.position) for step in course}
    return PlanTruth(rows[0].slot, trials, course, secrets)


def _truth(row: Any, *, named: bool) -> tuple[str, str]:
    if row.dimension is not None:
        return row.dimension, right_answer(row.changed_first, row.x_changed)
    condition = condition_name(row.network, row.condition, named=named) if row.condition else NATURAL
    return condition, row.category


async def level_shown(session: AsyncSession, asset_token: str) -> float | None:
    """How much the picture at this address is changed, as measured; None before the trial is given out."""
    query = select(AbxTrial.level).join(PlannedTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
    level: float | None = await session.scalar(query.where(PlannedTrial.asset_token == asset_token))
    return level
