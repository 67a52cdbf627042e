"""Sensitivity in an ABX task: from d' to the proportion right and back; pure."""

import math
from typing import Literal

from scipy.optimize import brentq
from scipy.special import ndtr

# How an observer uses the three intervals.
AbxModel = Literal["differencing", "independent"]
LARGEST_D_PRIME = 12.0


def abx_proportion_right(d_prime: float, model: AbxModel) -> float:
    """The proportion right of an unbiased observer with this d', 0 or above.

    - differencing: X is compared with A and with B, and the smaller difference decides,
      p = Phi(d/sqrt2) Phi(d/sqrt6) + Phi(-d/sqrt2) Phi(-d/sqrt6);
    - independent: A and B are told apart first, then X is classified, p = Phi(d/sqrt2) Phi(d/2) +
      Phi(-d/sqrt2) Phi(-d/2) (Macmillan & Creelman 2005, chapter 9).
    """
    between = d_prime / math.sqrt(2)
    third = d_prime / (math.sqrt(6) if model == "differencing" else 2)
    return float(ndtr(between) * ndtr(third) + ndtr(-between) * ndtr(-third))


def d_prime_of_abx(proportion_right: float, model: AbxModel) -> float:
    """d' of an unbiased observer with this proportion right, at least 0.

    Raises
    ------
    ValueError
        The proportion is below chance or 1: correct it first, for instance (right + 0.5) / (trials + 1).
    """
    if not 0.5 <= proportion_right < 1:
        raise ValueError(f"d' of {proportion_right} right in ABX is not defined")
    if proportion_right == 0.5:
        return 0.0
    if proportion_right >= abx_proportion_right(LARGEST_D_PRIME, model):
        raise ValueError(f"d' of {proportion_right} is beyond {LARGEST_D_PRIME:g}")
    return float(brentq(lambda d: abx_proportion_right(d, model) - proportion_right, 0.0, LARGEST_D_PRIME))
