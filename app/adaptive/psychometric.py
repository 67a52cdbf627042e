"""The psychometric function: how often a level is told from the original; pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

GUESS = 0.5  # of two answers
# The proportion right on which a two-down-one-up staircase settles (Levitt 1971): p * p = 1/2.
CRITERION = math.sqrt(0.5)
# Where the function stands between guessing and certainty at the threshold.
AT_THRESHOLD = (CRITERION - GUESS) / (1 - GUESS)


@dataclass(frozen=True)
class Psychometric:
    """A Weibull function of the level for a task of two answers.

    p(x) = 1/2 + (1/2 - lapse) * F(x), with F(x) = 1 - exp(-k * (x / threshold)^slope) and k such that an
    observer who never lapses is right in 70.7 % of the trials at the threshold (Wichmann & Hill 2001,
    Percept. Psychophys. 63, with another point of reference).

    threshold
        In the unit of the levels, above 0.
    slope
        Exponent of the Weibull function, above 0.
    lapse
        Share of trials that are missed however easy they are, from 0 to below 1/2.
    """

    threshold: float
    slope: float = 2.2
    lapse: float = 0.02

    def __post_init__(self) -> None:
        if not (self.threshold > 0 and self.slope > 0 and 0 <= self.lapse < GUESS):
            raise ValueError(f"{self} is no psychometric function")

    def __call__(self, level: ArrayLike) -> NDArray[np.float64]:
        """The probability of the right answer at each level, 0 or above."""
        ratio = np.asarray(level, dtype=np.float64) / self.threshold
        return GUESS + (1 - GUESS - self.lapse) * weibull(ratio**self.slope)


def weibull(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """F of (level / threshold)^slope."""
    return -np.expm1(math.log1p(-AT_THRESHOLD) * power)
