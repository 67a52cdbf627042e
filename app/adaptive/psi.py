"""The psi method, written out: the reference that the library is tested against; pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.adaptive.grid import Grid
from app.adaptive.posterior import posterior, right_at
from app.adaptive.procedure import Answer


class Psi:
    """The level from which least uncertainty of the threshold is expected to remain.

    Slopes and lapses are nuisance parameters: the entropy is that of the threshold's marginal posterior
    (Prins 2013, J. Vision 13(7):3, after Kontsevich & Tyler 1999, Vision Research 39). Of equal levels the
    lowest is taken.
    """

    def choose(self, answers: Sequence[Answer], levels: Sequence[float]) -> int:
        grid = Grid.of(levels)
        believed = posterior(grid, answers)
        return int(np.argmin([_expected_entropy(believed, right_at(grid, level)) for level in levels]))


def _expected_entropy(believed: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    total = 0.0
    for outcome in (right, 1 - right):
        joint = (believed * outcome).sum(axis=(1, 2))
        probability = joint.sum()
        marginal = joint / probability
        total -= probability * np.sum(marginal * np.log(np.maximum(marginal, 1e-300)))
    return float(total)
