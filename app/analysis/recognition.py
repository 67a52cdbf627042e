"""Recognition per condition: mean over participants of each one's proportion correct."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from app.analysis.summary import summarise


@dataclass(frozen=True, kw_only=True)
class ConditionRecognition:
    """One point of the curve. All proportions are in [0, 1]; a number that is not defined is None.

    `sem` is SD / sqrt(N) over participants with ddof 1; `sem_ddof0` is the published plots' variant.
    `note` says in words why a number is missing or must be read with care; it is empty otherwise.
    """

    condition: str
    participants: int
    trials: int
    proportion_correct: float | None = None
    sem: float | None = None
    sem_ddof0: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """The curve: natural pictures first, then the matched layers in depth order."""

    conditions: tuple[ConditionRecognition, ...]
    chance: float
    level: float
    participants: int
    trials: int


def scores_of(trials: pd.DataFrame) -> pd.DataFrame:
    """Count answers: from one row per trial to one per participant and condition.

    `trials` has the columns `participant_id`, `condition` and `correct` (bool); the result has `correct` as a
    number of trials, and `trials`.
    """
    counted = trials.groupby(["participant_id", "condition"], sort=False)["correct"].agg(["size", "sum"])
    return counted.rename(columns={"size": "trials", "sum": "correct"}).astype(int).reset_index()


def recognition(
    scores: pd.DataFrame, conditions: Sequence[str], categories: Sequence[str], *, level: float = 0.95
) -> Recognition:
    """Proportion correct per condition: mean over participants, SEM = SD / sqrt(N), t-based interval.

    Source: Feather et al. 2023, Methods (human data: mean and SEM over participants). The interval is
    mean +- t(N - 1) x SEM over participants, cut to [0, 1].

    Parameters
    ----------
    scores
        One row per participant and condition, any order, with the columns `participant_id`, `condition`,
        `trials` and `correct` (numbers of trials). Rows without trials are passed over.
    conditions
        All conditions of the study in the curve's order. One that nobody saw is listed with N = 0.
    categories
        The answers that could be given, at least one; chance is 1 / their number.
    level
        Coverage of the confidence interval, in (0, 1).

    Raises
    ------
    ValueError
        `scores` has a condition that is not in `conditions`, or two rows of one participant and condition, or
        `level` is outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level: {level} is not between 0 and 1")
    unknown = sorted(set(scores["condition"]) - set(conditions))
    if unknown:
        raise ValueError(f"trials of conditions that the study does not have: {', '.join(unknown)}")
    if scores.duplicated(["participant_id", "condition"]).any():
        raise ValueError("a participant has two rows of one condition")
    counted = scores[scores["trials"] > 0]
    proportions = (counted["correct"] / counted["trials"]).groupby(counted["condition"])
    values = {name: group.to_numpy(float) for name, group in proportions}
    trials = counted.groupby("condition")["trials"].sum()
    points = [
        _point(name, values[name], int(trials[name]), level)
        if name in values
        else ConditionRecognition(condition=name, participants=0, trials=0, note="nobody saw this condition")
        for name in conditions
    ]
    return Recognition(
        conditions=tuple(points),
        chance=1 / len(categories),
        level=level,
        participants=int(counted["participant_id"].nunique()),
        trials=int(counted["trials"].sum()),
    )


def _point(name: str, values: NDArray[np.float64], trials: int, level: float) -> ConditionRecognition:
    """Summary of one condition; `values` holds one proportion correct per participant."""
    summary = summarise(values)
    point = ConditionRecognition(
        condition=name,
        participants=summary.n,
        trials=trials,
        proportion_correct=summary.mean,
        sem=summary.sem,
        sem_ddof0=summary.sem_ddof0,
        note=summary.note,
    )
    if summary.mean is None or summary.sem is None:
        return point
    reach = float(stdtrit(summary.n - 1, (1 + level) / 2)) * summary.sem  # quantile of Student's t
    return replace(point, ci_low=max(0.0, summary.mean - reach), ci_high=min(1.0, summary.mean + reach))
