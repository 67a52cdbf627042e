"""What a format writes: one audience's trials in one study, some thousands at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.pages import steps_of_study
from app.analysis.results import StudyAnalysis, kept_of


@dataclass(frozen=True)
class Source:
    """The trials are read from the database as they are written, so that a million need little memory."""

    session: AsyncSession
    analysis: StudyAnalysis

    @property
    def study(self) -> str:
        return self.analysis.study.name

    def trials(self) -> AsyncIterator[pd.DataFrame]:
        """All answered main trials in order; one table without rows where there are none."""
        return service.trial_parts(self.session, self.analysis)

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
