"""What a format writes: one audience's trials in one study, some thousands at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.files import codebook_csv, trials_csv_parts
from app.analysis.pages import pages_of_study, steps_of_study
from app.analysis.results import StudyAnalysis, kept_of
from app.analysis.tables.codebook import trial_columns
from app.analysis.tables.csv_tables import frame_csv
from app.analysis.tables.steps import step_columns, survey_columns
from app.analysis.tables.written import columns_csv, with_moments
from app.analysis.thresholds.service import abx_trials
from app.analysis.thresholds.trial_table import abx_columns
from app.tasks.codebook import Column


@dataclass(frozen=True)
class Source:
    """The trials are read from the database as they are written, so that a million need little memory.

    Of a study of thresholds these are all trials that were given out, practice and catch trials too, each
    with the level that was asked for and the one that was shown.
    """

    session: AsyncSession
    analysis: StudyAnalysis

    @property
    def study(self) -> str:
        return self.analysis.study.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the table of trials has."""
        task = self.analysis.task
        return abx_columns(task) if task.adaptive else trial_columns(task)

    async def trials(self) -> AsyncIterator[pd.DataFrame]:
        """All answered main trials in order; one table without rows where there are none."""
        if self.analysis.task.adaptive:
            yield await abx_trials(self.session, self.analysis)
            return
        async for part in service.trial_parts(self.session, self.analysis):
            yield part

    async def trials_csv(self) -> AsyncIterator[bytes]:
        """The same as one CSV file, piece by piece."""
        if self.analysis.task.adaptive:
            table = await abx_trials(self.session, self.analysis)
            yield frame_csv(with_moments(table, "issued_at", "received_at"))
            return
        async for part in trials_csv_parts(self.session, self.analysis):
            yield part

    def codebook(self) -> bytes:
        pages = pages_of_study(self.analysis.study)
        if not self.analysis.task.adaptive:
            return codebook_csv(self.analysis.task, pages)
        more = {"steps": step_columns(pages), "surveys": survey_columns()}
        return columns_csv({"trials": self.columns, **more})

    async def people(self, *, kept: bool = False) -> AsyncIterator[tuple[int, pd.DataFrame]]:
        """Each participant's trials, or those of them that count; who has none is passed over."""
        held: list[pd.DataFrame] = []
        async for part in self.trials():
            for _, rows in part.groupby("participant_id", sort=False):
                if held and held[0]["participant_id"].iloc[0] != rows["participant_id"].iloc[0]:
                    for person in _person(held, kept=kept):
                        yield person
                    held = []
                held.append(rows)
        for person in _person(held, kept=kept):
            yield person

    async def steps(self) -> pd.DataFrame:
        return await steps_of_study(self.session, self.analysis.study, self.analysis.audience)


def _person(parts: list[pd.DataFrame], *, kept: bool) -> list[tuple[int, pd.DataFrame]]:
    if not parts:
        return []
    table = pd.concat(parts, ignore_index=True)
    number = int(table["participant_id"].iloc[0])
    table = kept_of(table).reset_index(drop=True) if kept else table
    return [] if table.empty else [(number, table)]
