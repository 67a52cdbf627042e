"""What is believed about a dimension after some answers: a distribution on a grid; pure."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.adaptive.grid import LAPSE_PRIOR, SLOPE_PRIOR, Grid
from app.adaptive.procedure import Answer
from app.adaptive.psychometric import GUESS, weibull

# (thresholds, slopes, lapses)
Cube = NDArray[np.float64]


def log_posterior(grid: Grid, answers: Sequence[Answer]) -> Cube:
    """Log of the posterior density of thresholds, slopes and lapses, up to a constant.

    The likelihood is that of independent trials with the probabilities of `Psychometric`.
    """
    found = _log_prior(grid).copy()
    for answer in answers:
        right = right_at(grid, answer.level)
        found += np.log(right if answer.right else 1 - right)
    return found


def posterior(grid: Grid, answers: Sequence[Answer]) -> Cube:
    """The posterior, summing to 1."""
    logarithm = log_posterior(grid, answers)
    density = np.exp(logarithm - logarithm.max())
    normalised: Cube = density / density.sum()
    return normalised


@lru_cache(maxsize=512)
def right_at(grid: Grid, level: float) -> Cube:
    """The probability of the right answer at a level for every point of the grid."""
    octaves = np.log2(level) - grid.thresholds
    power = 2.0 ** (octaves[:, None] * np.exp(grid.slopes)[None, :])
    rising = weibull(power)[:, :, None]
    return GUESS + (1 - GUESS - grid.lapses) * rising


@lru_cache(maxsize=64)
def _log_prior(grid: Grid) -> Cube:
    parts = (
        _log_normal(grid.thresholds, *grid.threshold_prior)[:, None, None],
        _log_normal(grid.slopes, *SLOPE_PRIOR)[None, :, None],
        _log_normal(grid.lapses, *LAPSE_PRIOR)[None, None, :],
    )
    return parts[0] + parts[1] + parts[2]


def _log_normal(values: NDArray[np.float64], mean: float, sd: float) -> NDArray[np.float64]:
    return -0.5 * ((values - mean) / sd) ** 2
