"""How V1's cells are distributed: what the filters of a VOneBlock are drawn from (Dapello et al. 2020)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.floating[Any]]

# Counts of macaque cells. Preferred orientations by 45 degrees round 0, 45, 90 and 135 (De Valois et al.
# 1982a), preferred spatial frequencies by half octaves in cycles per degree (De Valois et al. 1982b).
_ORIENTATION_EDGES = np.array([-22.5, 22.5, 67.5, 112.5, 157.5])
_ORIENTATION_COUNTS = np.array([66, 49, 77, 54])
_FREQUENCY_EDGES = np.array([0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6])
_FREQUENCY_COUNTS = np.array([4, 4, 8, 25, 32, 26, 28])
# Sizes of receptive fields in periods of their frequency, in five steps equal in the logarithm: across the
# bars (rows; none is in the fifth) and along them (columns) (Ringach 2002).
_SIZE_EDGES = np.logspace(-1, 0.2, 6)
_SIZE_COUNTS = np.array([[2, 0, 1, 0, 0], [8, 9, 4, 1, 0], [1, 2, 19, 17, 3], [0, 0, 1, 7, 4]])
# Cells of high frequencies have more periods (Schiller et al. 1976).
_FREQUENCY_SIZE_CORRELATION = 0.75


@dataclass(frozen=True)
class Cells:
    """One number for each cell.

    Spatial frequency in cycles per degree, preferred orientation and phase in radians, and the standard
    deviations of the receptive field across the bars (`across`) and along them (`along`) in periods.
    """

    frequency: Array
    orientation: Array
    phase: Array
    across: Array
    along: Array


def draw_cells(count: int, seed: int) -> Cells:
    """Cells from the published distributions, uniform within each of their bins."""
    draw = np.random.default_rng(seed)
    correlation = _FREQUENCY_SIZE_CORRELATION
    joint = draw.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], count)
    of_size, of_frequency = norm.cdf(joint).T
    across = _by_histogram(of_size, _SIZE_COUNTS.sum(axis=1), np.log(_SIZE_EDGES[:-1]))
    along = np.empty(count)
    bins = np.searchsorted(np.log(_SIZE_EDGES), across).clip(1, len(_SIZE_COUNTS)) - 1
    chances = draw.random(count)
    for at in np.unique(bins):
        chosen = bins == at
        along[chosen] = _by_histogram(chances[chosen], _SIZE_COUNTS[at], np.log(_SIZE_EDGES))
    frequency = _by_histogram(of_frequency, _FREQUENCY_COUNTS, np.log(_FREQUENCY_EDGES))
    orientation = _by_histogram(draw.random(count), _ORIENTATION_COUNTS, _ORIENTATION_EDGES)
    return Cells(
        frequency=np.exp(frequency),
        orientation=np.deg2rad(orientation % 180),
        phase=draw.uniform(0, 2 * np.pi, count),
        across=np.exp(across),
        along=np.exp(along),
    )


def _by_histogram(chances: Array, counts: NDArray[Any], edges: Array) -> Array:
    """The values below which these shares of a histogram lie."""
    shares = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    return np.asarray(np.interp(chances, shares, edges))
