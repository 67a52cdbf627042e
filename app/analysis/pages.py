"""What participants left behind on the steps of a session that hold no trials."""

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import queries
from app.analysis.tables.steps import step_table
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.steps.course import pages_of
from app.steps.step import StepKind


def pages_of_study(study: Study) -> tuple[StepKind, ...]:
    """The kinds of the study's steps that have a result of their own."""
    return pages_of(experiments.definition_of(study).course)


async def steps_of_study(session: AsyncSession, study: Study, audience: Audience) -> pd.DataFrame:
    """The table of steps (`app.analysis.tables.steps`)."""
    rows = await queries.step_results(session, study.id, audience)
    offsets = await queries.utc_offsets(session, study.id, audience)
    return step_table(rows, pages_of_study(study), study.name, audience, offsets)
