"""Recognition per condition: mean over participants of each one's proportion correct."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit


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
    """The curve: natural pictures first, then the matched layers in depth order.

    `left_out` counts participants with answers who are not in the curve since they did not finish.
    """

    conditions: tuple[ConditionRecognition, ...]
    chance: float
    level: float
    participants: int
    trials: int
    left_out: int


def recognition(
    trials: pd.DataFrame,
    conditions: Sequence[str],
    categories: Sequence[str],
    *,
    include_partial: bool = False,
    level: float = 0.95,
) -> Recognition:
    """Proportion correct per condition: mean over participants, SEM = SD / sqrt(N), t-based interval.

    Source: Feather et al. 2023, Methods (human data: mean and SEM over participants). The interval is
    mean +- t(N - 1) x SEM over participants, cut to [0, 1].

    Parameters
    ----------
    trials
        One row per answered main trial, any order, with the columns `participant_id`, `completed` (bool: the
        participant finished), `condition` and `correct` (bool).
    conditions
        All conditions of the study in the curve's order. One that nobody saw is listed with N = 0.
    categories
        The answers that could be given, at least one; chance is 1 / their number.
    include_partial
        Also count participants who did not finish.
    level
        Coverage of the confidence interval, in (0, 1).

    Raises
    ------
    ValueError
        `trials` has a condition that is not in `conditions`, or `level` is outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level: {level} is not between 0 and 1")
    unknown = sorted(set(trials["condition"]) - set(conditions))
    if unknown:
        raise ValueError(f"trials of conditions that the study does not have: {', '.join(unknown)}")
    counted = trials if include_partial else trials[trials["completed"].astype(bool)]
    scores = counted.groupby(["condition", "participant_id"])["correct"].agg(["mean", "size"])
    seen = set(scores.index.get_level_values("condition"))
    points = [
        _point(name, scores.loc[name]["mean"], int(scores.loc[name]["size"].sum()), level)
        if name in seen
        else ConditionRecognition(condition=name, participants=0, trials=0, note="nobody saw this condition")
        for name in conditions
    ]
    participants = int(counted["participant_id"].nunique())
    return Recognition(
        conditions=tuple(points),
        chance=1 / len(categories),
        level=level,
        participants=participants,
        trials=len(counted),
        left_out=int(trials["participant_id"].nunique()) - participants,
    )


def _point(name: str, proportions: Iterable[float], trials: int, level: float) -> ConditionRecognition:
    """Summary of one condition; `proportions` holds one proportion correct per participant."""
    values = np.asarray(list(proportions), dtype=float)  # (participants,)
    n = len(values)
    mean = float(values.mean())
    if n < 2:
        note = "one participant: SEM and interval are not defined"
        return ConditionRecognition(
            condition=name, participants=n, trials=trials, proportion_correct=mean, note=note
        )
    sem = float(values.std(ddof=1) / np.sqrt(n))
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * sem  # quantile of Student's t
    no_spread = np.ptp(values) == 0
    return ConditionRecognition(
        condition=name,
        participants=n,
        trials=trials,
        proportion_correct=mean,
        sem=0.0 if no_spread else sem,
        sem_ddof0=0.0 if no_spread else float(values.std(ddof=0) / np.sqrt(n)),
        ci_low=max(0.0, mean - reach),
        ci_high=min(1.0, mean + reach),
        note="all participants alike: SEM 0 says nothing about precision" if no_spread else "",
    )
