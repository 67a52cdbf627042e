"""Which thresholds, slopes and lapses are thought possible before any answer; pure.

Thresholds are in octaves (log2 of the unit of the levels). Each prior is a normal distribution on the axis
of its grid, so that every procedure and the estimate can share them; they are declared in the Methods
paragraph.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Axis = NDArray[np.float64]

STEP_OCTAVES = 1 / 12
BEYOND_OCTAVES = 1.0  # a threshold may lie this far below the least level or above the largest
SLOPES = (0.8, 8.0, 9)  # least, largest, number; logarithmic
SLOPE_PRIOR = (math.log(2.2), 0.5)  # mean and standard deviation of ln(slope)
LAPSES = (0.002, 0.122, 7)  # not 0: a single wrong answer to an easy level would exclude it
LAPSE_PRIOR = (0.0, 0.04)


@dataclass(frozen=True)
class Grid:
    """The axes of the posterior for levels between `least` and `largest`, above 0."""

    least: float
    largest: float

    @classmethod
    def of(cls, levels: Sequence[float]) -> "Grid":
        """Raises `ValueError` unless the levels rise from above 0."""
        values = np.asarray(levels, dtype=np.float64)
        if len(values) < 2 or values[0] <= 0 or not (np.diff(values) > 0).all():
            raise ValueError("levels: at least two are needed, above 0 and rising")
        return cls(float(values[0]), float(values[-1]))

    @cached_property
    def thresholds(self) -> Axis:
        """log2 of possible thresholds, `STEP_OCTAVES` apart."""
        first, last = math.log2(self.least) - BEYOND_OCTAVES, math.log2(self.largest) + BEYOND_OCTAVES
        return np.linspace(first, last, 1 + math.ceil((last - first) / STEP_OCTAVES))

    @property
    def threshold_prior(self) -> tuple[float, float]:
        """Mean and standard deviation in octaves: the middle of the axis, and half its length."""
        axis = self.thresholds
        return float(axis[0] + axis[-1]) / 2, float(axis[-1] - axis[0]) / 2

    @cached_property
    def slopes(self) -> Axis:
        """ln of possible slopes."""
        least, largest, number = SLOPES
        return np.linspace(math.log(least), math.log(largest), number)

    @cached_property
    def lapses(self) -> Axis:
        return np.linspace(*LAPSES)
