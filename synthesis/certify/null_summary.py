"""From a statistic of all pairs to what is recorded of it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.nulls import Growth, Histogram, NullSummary

HISTOGRAM_BINS = 60
_NARROWEST_HISTOGRAM = 1e-6
# Sizes of subsets are those that give so many pairs, for each as many random subsets as `_SUBSETS`.
_GROWTH_PAIRS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_SUBSETS = 40

Matrix = NDArray[np.float64]


def pairs_of(stimuli: int) -> int:
    """How many pairs so many stimuli make."""
    return stimuli * (stimuli - 1) // 2


def stimuli_for(pairs: int) -> int:
    """The fewest stimuli that make as many pairs: 1,415 for a million."""
    stimuli = int(np.ceil((1 + np.sqrt(1 + 8 * pairs)) / 2))
    return stimuli if pairs_of(stimuli - 1) < pairs else stimuli - 1


def summary(values: Matrix, names: Sequence[str], *, ordered: bool = False) -> NullSummary:
    """What is recorded of a statistic.

    Parameters
    ----------
    values
        (stimuli, stimuli). The diagonal is not looked at.
    names
        Of the stimuli.
    ordered
        The statistic of (a, b) is not that of (b, a), and both are counted.
    """
    upper = np.triu_indices(len(values), k=1)
    forward, backward = values[upper], values.T[upper]
    best = np.maximum(forward, backward) if ordered else forward
    place = int(best.argmax())
    listed = np.concatenate([forward, backward]) if ordered else forward
    return NullSummary(
        maximum=float(best[place]),
        percentile_99=float(np.percentile(listed, 99)),
        histogram=_histogram(listed),
        best=(names[upper[0][place]], names[upper[1][place]]),
        growth=_growth(np.maximum(values, values.T)),
    )


def _histogram(values: NDArray[np.float64]) -> Histogram:
    low, maximum = float(values.min()), float(values.max())
    span = (low, max(maximum, low + _NARROWEST_HISTOGRAM))
    counts, edges = np.histogram(values, HISTOGRAM_BINS, span)
    return Histogram(edges=edges.tolist(), counts=counts.tolist())


def _growth(values: Matrix) -> list[Growth]:
    """The maximum over random subsets of the stimuli, up to all of them."""
    rng, points = np.random.default_rng(0), list[Growth]()
    inside = values.copy()
    np.fill_diagonal(inside, -np.inf)
    for pairs in _GROWTH_PAIRS:
        size = stimuli_for(pairs)
        if size >= len(values):
            break
        subsets = (rng.choice(len(values), size, replace=False) for _ in range(_SUBSETS))
        maxima = [float(inside[np.ix_(chosen, chosen)].max()) for chosen in subsets]
        low, median, high = np.percentile(maxima, (10, 50, 90))
        points.append(Growth(pairs=pairs_of(size), median=median, low=low, high=high))
    maximum = float(inside.max())
    whole = Growth(pairs=pairs_of(len(values)), median=maximum, low=maximum, high=maximum)
    return [*points, whole]
