"""The psi-marginal method of the library SweetSpot, behind our interface; pure."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import SweetSpot

from app.adaptive.grid import LAPSE_PRIOR, SLOPE_PRIOR, Grid
from app.adaptive.procedure import Answer
from app.adaptive.psychometric import AT_THRESHOLD, GUESS


class SweetSpotPsi:
    """The level after which the threshold is expected to be least uncertain (Prins 2013, J. Vision
    13(7):3).
    """

    def choose(self, answers: Sequence[Answer], levels: Sequence[float]) -> int:
        model = _model(Grid.of(levels))
        model.Reset()
        trials = Counter(answer.level for answer in answers)
        right = Counter(answer.level for answer in answers if answer.right)
        for level in sorted(trials):
            model.Observe(x=np.log2(level), r=right[level], n=trials[level])
        return int(np.argmin(model.ExpectedEntropy(np.log2(levels), params="alpha")))


@lru_cache(maxsize=64)
def _model(grid: Grid) -> SweetSpot.PsychometricFunction:
    """The function of `Psychometric` as the library parametrises it.

    A Weibull function is a Gumbel function of log2(level); `beta` is the log of its slope at the threshold,
    which is that of the exponent times a constant.
    """
    shape = SweetSpot.Gumbel(AT_THRESHOLD)
    steepness = np.log(np.log(2) / shape.k)
    model = SweetSpot.PsychometricFunction(gamma=GUESS, shape=shape)
    model.Set(alpha=grid.thresholds, beta=grid.slopes + steepness, lambda_=grid.lapses)
    model.SetPrior(
        alpha=grid.threshold_prior,
        beta=(SLOPE_PRIOR[0] + steepness, SLOPE_PRIOR[1]),
        lambda_=LAPSE_PRIOR,
    )
    return model
