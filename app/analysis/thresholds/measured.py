"""All that is measured of a study of thresholds, from its trials; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from app.adaptive.estimate import Estimate
from app.analysis.thresholds.dimensions import MeasuredDimension, in_order
from app.analysis.thresholds.fits import counted, kept, threshold_table
from app.analysis.thresholds.groups import contrast_table, group_table
from app.analysis.thresholds.levels import level_table, pooled_fits
from app.analysis.thresholds.observers import observer_table, warnings
from app.analysis.wording import participants_in_words, plural


@dataclass(frozen=True)
class Measured:
    """Of one audience of a study.

    `trials` are all issued ones (`trial_table.abx_columns`); the tables are those of the modules beside this
    one. `fits` has a row per participant and dimension, those who are left out too; all others are of those
    who count.
    """

    study: str
    audience: str
    dimensions: tuple[MeasuredDimension, ...]
    trials: pd.DataFrame
    fits: pd.DataFrame
    groups: pd.DataFrame
    contrasts: pd.DataFrame
    levels: pd.DataFrame
    observers: pd.DataFrame
    pooled: dict[str, Estimate]

    @property
    def warnings(self) -> tuple[str, ...]:
        return warnings(self.observers, self.fits)

    @cached_property
    def shown(self) -> tuple[MeasuredDimension, ...]:
        """The dimensions that anybody who counts was measured on, in order."""
        seen = set(kept(self.fits)["dimension"])
        return tuple(one for one in in_order(self.dimensions) if one.id in seen)

    @property
    def participants(self) -> int:
        """How many count."""
        return int(kept(self.fits)["participant_id"].nunique())

    @property
    def trials_counted(self) -> int:
        return len(kept(counted(self.trials)))

    @property
    def in_words(self) -> str:
        """Who and how much: `8 simulated participants, 960 trials`."""
        people = participants_in_words(self.participants, self.audience)
        return f"{people}, {plural(self.trials_counted, 'trial')}"


def measure(
    study: str, audience: str, trials: pd.DataFrame, dimensions: Sequence[MeasuredDimension]
) -> Measured:
    """Everything from the table of issued trials; no trials are no error."""
    fits = threshold_table(trials, dimensions)
    return Measured(
        study=study,
        audience=audience,
        dimensions=tuple(dimensions),
        trials=trials,
        fits=fits,
        groups=group_table(fits, dimensions),
        contrasts=contrast_table(fits, dimensions),
        levels=level_table(trials, dimensions),
        observers=observer_table(trials, dimensions),
        pooled=pooled_fits(trials, dimensions),
    )
