"""How precise a mean over participants is: confidence intervals; pure."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, stdtrit

from app.analysis.statistics.contrasts import Floats
from app.analysis.statistics.summary import summarise
from app.core.randomness import generator

Method = Literal["logit_t", "t", "percentile", "bca"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval of a mean proportion, in [0, 1]; None is not defined, and `note` says why."""

    method: Method
    level: float
    low: float | None = None
    high: float | None = None
    note: str = ""


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


def _interval(column: Floats, method: Method, level: float, resamples: int, seed: int) -> Interval:
    known = summarise(column)
    if known.mean is None or not known.sem:
        return Interval(method=method, level=level, note=known.note)
    if method in ("percentile", "bca"):
        low, high = _bootstrapped(column, method, level, resamples, seed)
    else:
        mean = known.mean
        reach = float(stdtrit(known.n - 1, (1 + level) / 2)) * known.sem
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


def bootstrap_means(
    values: Floats, *, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[Floats, Floats]:
    """Bootstrap intervals (low, high) of the means of `values` (participants, quantities), on any scale.

    All values are finite; every quantity has the same resamples of participants. The percentiles are further
    apart than (1 - level) / 2 by what makes a mean of few normal values covered as Student's t does (the
    expanded percentile interval, Hesterberg 2015, Am. Stat. 69:371). Fewer than two participants have no
    interval: NaN.
    """
    participants, quantities = values.shape
    if participants < 2:
        return np.full(quantities, np.nan), np.full(quantities, np.nan)
    even = np.full(participants, 1 / participants)
    drawn = generator(seed, "bootstrap means").multinomial(participants, even, size=resamples)
    means = drawn @ values / participants  # (resamples, quantities)
    reach = float(stdtrit(participants - 1, (1 + level) / 2)) * np.sqrt(participants / (participants - 1))
    low, high = np.quantile(means, (ndtr(-reach), ndtr(reach)), axis=0)
    return low, high
