"""An analysis with its thresholds."""

from dataclasses import dataclass

import pandas as pd

from app.analysis.measures.irregularities import caveats, flags_of_table
from app.analysis.results import StudyAnalysis
from app.analysis.thresholds.measured import Measured


@dataclass(frozen=True)
class Thresholds:
    """An analysis with all that is measured of its thresholds.

    `steps` is the table of what the steps without trials gave (`app.analysis.tables.steps`).
    """

    analysis: StudyAnalysis
    measured: Measured
    steps: pd.DataFrame

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is to be doubted, and what is irregular in the data, in words."""
        flags = flags_of_table(self.measured.trials)
        return (
            *self.measured.warnings,
            *caveats(self.analysis.flags, self.analysis.set_aside, flags),
        )
