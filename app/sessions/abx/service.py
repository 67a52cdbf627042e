"""Which level a trial shows, and when enough is measured.

A level is chosen from the stored answers of its dimension alone, and is written before the page hears of the
trial: a reload, another tab or another server give the same trial.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.estimate import estimate
from app.adaptive.registry import PROCEDURES
from app.experiments import service as experiments
from app.experiments.abx_design import AbxDesign
from app.participants.service import Visit, record_event
from app.sessions.abx import queries
from app.sessions.abx.queries import Open
from app.sessions.abx.queries import is_dropped as is_dropped
from app.sessions.abx.queries import lock_course as lock_course
from app.sessions.abx.sources import SOURCES, shows

# A page may prepare the trial after the one that is due: no dimension comes twice running, so that its level
# rests on no answer that is still to come.
AHEAD = 1
ENOUGH = "enough_measured"


async def issue(session: AsyncSession, visit: Visit, start: int, count: int, now: datetime) -> None:
    """Choose and write the levels of those trials from index `start` on that were not given out before.

    None of them may lie further ahead than `AHEAD` of the one that is due.
    """
    waiting = await queries.not_issued(session, visit.participant.id, start, count)
    if not waiting:
        return
    design = await experiments.abx_design_of(session, visit.study)
    for one in waiting:
        await _issue(session, visit, design, one, now)


async def _issue(session: AsyncSession, visit: Visit, design: AbxDesign, trial: Open, now: datetime) -> None:
    dimension = trial.dimension
    if trial.phase == "main":
        source = SOURCES[design.adaptive.source]
        level = await _chosen(session, visit, design, dimension, source.levels(design, dimension))
        shown = await source.shown(session, design, trial, level, now)
    else:
        picture = design.largest(dimension, trial.natural_id)
        level, shown = picture.target, shows(picture)
    await queries.issue(session, trial.planned_trial_id, level, shown, now)


async def _chosen(
    session: AsyncSession, visit: Visit, design: AbxDesign, dimension: str, levels: Sequence[float]
) -> float:
    answers = (await queries.answers(session, visit.participant.id, dimension)).get(dimension, [])
    return levels[PROCEDURES[design.adaptive.procedure].choose(answers, levels)]


async def stop_if_measured(session: AsyncSession, visit: Visit, dimension: str, now: datetime) -> None:
    """After an answer to a main trial of a dimension: drop the trials left if the study's rule is met.

    Only what was not given out is dropped: the page may have the next trial already.
    """
    rule = visit.definition.measuring.rule
    if rule.sd_octaves is None:
        return
    levels = (await experiments.abx_design_of(session, visit.study)).levels
    answers = await queries.answers(session, visit.participant.id)
    shown = await queries.dimensions_shown(session, visit.participant.id)
    # That of the answer first: as long as it is not measured, there is nothing more to compute.
    for one in sorted(shown, key=lambda name: name != dimension):
        given = answers.get(one, [])
        if len(given) < rule.least or not rule.finished(estimate(given, levels[one])):
            return
    await queries.lock_course(session, visit.participant.id)
    dropped = await queries.drop(session, visit.participant.id, now)
    if dropped:
        record_event(session, visit.participant, ENOUGH, {"trials_left_out": dropped}, now)
