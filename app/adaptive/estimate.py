"""Where a threshold lies, and how surely: the posterior in a few numbers; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.adaptive.grid import Grid
from app.adaptive.posterior import posterior
from app.adaptive.procedure import Answer

COVERAGE = 0.95


@dataclass(frozen=True)
class Estimate:
    """The threshold (70.7 % right) of one dimension, in the unit of its levels.

    `threshold` is the mode of its marginal posterior, `low` and `high` its equal-tailed 95 % interval, and
    `sd_octaves` its standard deviation in octaves; `slope` and `lapse` are the modes of theirs.
    """

    threshold: float
    low: float
    high: float
    sd_octaves: float
    slope: float
    lapse: float
    trials: int


def estimate(answers: Sequence[Answer], levels: Sequence[float]) -> Estimate:
    """Fit the answers of one dimension with the priors of `app.adaptive.grid`.

    Raises `ValueError` for levels that do not rise from above 0. Without answers it is the prior.
    """
    grid = Grid.of(levels)
    cube = posterior(grid, answers)
    octaves, marginal = grid.thresholds, cube.sum(axis=(1, 2))
    mean = float(marginal @ octaves)
    low, high = _quantiles(octaves, marginal, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return Estimate(
        threshold=float(2.0 ** _mode(octaves, marginal)),
        low=float(2.0**low),
        high=float(2.0**high),
        sd_octaves=float(np.sqrt(marginal @ (octaves - mean) ** 2)),
        slope=float(np.exp(grid.slopes[cube.sum(axis=(0, 2)).argmax()])),
        lapse=float(grid.lapses[cube.sum(axis=(0, 1)).argmax()]),
        trials=len(answers),
    )


def _mode(values: NDArray[np.float64], density: NDArray[np.float64]) -> float:
    """Of a density on a regular axis: the vertex of a parabola through the highest point and its
    neighbours.
    """
    top = int(density.argmax())
    if top in (0, len(density) - 1):
        return float(values[top])
    before, here, after = np.log(np.maximum(density[top - 1 : top + 2], 1e-300))
    return float(values[top] + 0.5 * (before - after) / (before - 2 * here + after) * (values[1] - values[0]))


def _quantiles(
    values: NDArray[np.float64], density: NDArray[np.float64], shares: tuple[float, float]
) -> NDArray[np.float64]:
    at_centres = np.cumsum(density) - 0.5 * density
    return np.interp(shares, at_centres, values)
