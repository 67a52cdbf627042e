"""How precise a mean over participants is: standard errors, and confidence intervals of four kinds."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit

from app.analysis.contrasts import Floats
from app.core.randomness import generator

Method = Literal["logit_t", "t", "percentile", "bca"]

NOBODY = "nobody saw this condition"
ALONE = "one participant: SEM and interval are not defined"
ALIKE = "all participants alike: their spread says nothing about precision"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval of a mean proportion, in [0, 1]; None is not defined, and `note` says why."""

    method: Method
    level: float
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StandardErrors:
    """Standard errors of one condition's mean, as proportions; None is not defined, and `note` says why.

    `sem` is SD / sqrt(N) with ddof 1 (unbiased variance), `sem_ddof0` the variant of the papers' plots, and
    `sem_within` the within-participant one.
    """

    sem: float | None = None
    sem_ddof0: float | None = None
    sem_within: float | None = None
    note: str = ""


def standard_errors(values: npt.ArrayLike) -> list[StandardErrors]:
    """Standard errors of every condition; `values` (participants, conditions), NaN for a missing cell.

    The within-participant SEM takes complete participants only: each one's mean over conditions is replaced
    by the grand mean (Cousineau 2005), and the variance is multiplied by C / (C - 1) for C conditions
    (Morey 2008).
    """
    table = np.asarray(values, dtype=float)
    return [
        _standard_error(column[np.isfinite(column)], within)
        for column, within in zip(table.T, _sem_within(table), strict=True)
    ]


def intervals(
    values: npt.ArrayLike,
    method: Method = "logit_t",
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> list[Interval]:
    """Confidence interval of every condition's mean; `values` (participants, conditions), NaN where missing.

    - `logit_t`, the default: logit(m) +- t(N - 1) SEM / (m (1 - m)), transformed back (delta method; Korn &
      Graubard 1999, Analysis of Health Surveys, for proportions over clusters). Its coverage is the best near
      0 and 1, see docs/analysis.md.
    - `t`: m +- t(N - 1) SEM, cut to [0, 1].
    - `percentile` and `bca`: bootstraps over participants (Efron & Tibshirani 1993, chapters 13 and 14); the
      same seed gives the same interval. BCa is bias-corrected and accelerated.

    Raises ValueError for a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level: {level} is not between 0 and 1")
    table = np.asarray(values, dtype=float)
    return [_interval(column[np.isfinite(column)], method, level, resamples, seed) for column in table.T]


def _standard_error(column: Floats, within: float | None) -> StandardErrors:
    if len(column) < 2:
        return StandardErrors(note=ALONE if len(column) else NOBODY)
    root = len(column) ** 0.5
    alike = np.ptp(column) == 0
    return StandardErrors(
        sem=0.0 if alike else float(column.std(ddof=1)) / root,
        sem_ddof0=0.0 if alike else float(column.std(ddof=0)) / root,
        sem_within=within,
        note=ALIKE if alike else "",
    )


def _sem_within(table: Floats) -> list[float | None]:
    """Cousineau-Morey SEM per condition, or None with fewer than two conditions or complete participants."""
    complete = table[np.isfinite(table).all(axis=1)]
    participants, conditions = complete.shape
    if participants < 2 or conditions < 2:
        return [None] * conditions
    normalised = complete - complete.mean(axis=1, keepdims=True) + complete.mean()
    variance = normalised.var(axis=0, ddof=1) * conditions / (conditions - 1)
    return [float(value) for value in np.sqrt(variance / participants)]


def _interval(column: Floats, method: Method, level: float, resamples: int, seed: int) -> Interval:
    if len(column) < 2:
        return Interval(method=method, level=level, note=ALONE if len(column) else NOBODY)
    if np.ptp(column) == 0:
        return Interval(method=method, level=level, note=ALIKE)
    if method in ("percentile", "bca"):
        low, high = _bootstrapped(column, method, level, resamples, seed)
    else:
        mean = float(column.mean())
        reach = float(stdtrit(len(column) - 1, (1 + level) / 2) * column.std(ddof=1) / len(column) ** 0.5)
        if method == "t":
            low, high = mean - reach, mean + reach
        else:
            on_scale = reach / (mean * (1 - mean))
            low, high = float(expit(logit(mean) - on_scale)), float(expit(logit(mean) + on_scale))
    return Interval(method=method, level=level, low=max(0.0, low), high=min(1.0, high))


def _bootstrapped(
    column: Floats, method: Method, level: float, resamples: int, seed: int
) -> tuple[float, float]:
    from scipy.stats import bootstrap  # slow to import, and most commands never need it

    found = bootstrap(
        (column,),
        np.mean,
        confidence_level=level,
        n_resamples=resamples,
        method="BCa" if method == "bca" else "percentile",
        rng=generator(seed, "bootstrap"),
    ).confidence_interval
    return float(found.low), float(found.high)
