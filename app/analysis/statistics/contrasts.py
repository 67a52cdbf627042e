"""The arithmetic under every analysis of variance here: orthonormal contrasts and sums of squares; pure.

The cells of a participant are projected on the contrasts of an effect, which gives the participant's scores.
A within-participant effect asks whether their mean is zero; its interaction with groups of participants asks
whether the groups' means differ. Leading axes are free, so that a thousand permutations are one call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import helmert

Floats = npt.NDArray[np.float64]

ROUNDING = 1e-9  # a denominator below this is zero


def mean_contrast(cells: int) -> Floats:
    """The normalised sum of all cells, shape (1, cells)."""
    return np.full((1, cells), cells**-0.5)


def difference_contrasts(cells: int) -> Floats:
    """Orthonormal contrasts between cells (Helmert's), shape (cells - 1, cells)."""
    return np.asarray(helmert(cells), dtype=float)


def memberships(groups: Sequence[Any]) -> Floats:
    """Who belongs where: 1 or 0, shape (groups, participants), in the order of the sorted names."""
    names = np.asarray([str(group) for group in groups])
    return np.asarray(np.unique(names)[:, None] == names, dtype=np.float64)


@dataclass(frozen=True)
class Sums:
    """Sums of squares of one set of contrasts, shape (...), and their degrees of freedom.

    `mean` tests the contrasts over all groups (each weighs the same: type III), `between` whether groups
    differ in them; `error` is the variation within groups that both are tested against.
    """

    mean: Floats
    between: Floats
    error: Floats
    df_mean: int
    df_between: int
    df_error: int

    @property
    def f_mean(self) -> Floats:
        return _ratio(self.mean, self.df_mean, self.error, self.df_error)

    @property
    def f_between(self) -> Floats:
        return _ratio(self.between, self.df_between, self.error, self.df_error)


def sums_of_squares(scores: Floats, members: Floats) -> Sums:
    """Sums of squares of `scores` (..., participants, contrasts) for `members` (..., groups, participants).

    Source: Maxwell & Delaney 2004, Designing Experiments and Analyzing Data, chapters 7 and 12.
    """
    participants, contrasts = scores.shape[-2:]
    groups = members.shape[-2]
    sizes = members.sum(axis=-1)[..., None]  # (..., groups, 1)
    means = members @ scores / sizes  # (..., groups, contrasts)
    weighted = (sizes * means).sum(axis=-2, keepdims=True) / participants
    return Sums(
        mean=(means.mean(axis=-2) ** 2).sum(axis=-1) * groups**2 / (1 / sizes).sum(axis=(-2, -1)),
        between=(sizes * (means - weighted) ** 2).sum(axis=(-2, -1)),
        error=(_residuals(scores, members, means) ** 2).sum(axis=(-2, -1)),
        df_mean=contrasts,
        df_between=contrasts * (groups - 1),
        df_error=contrasts * (participants - groups),
    )


def epsilons(scores: Floats, members: Floats) -> tuple[float, float]:
    """Epsilon of Greenhouse-Geisser and of Huynh-Feldt for `scores` (participants, contrasts), at most 1.

    With S the covariance of d contrasts pooled within g groups of n participants in all, GG is
    tr(S)^2 / (d tr(S^2)) (Greenhouse & Geisser 1959). HF is ((n - g + 1) d GG - 2) / (d (n - g - d GG)):
    Huynh & Feldt 1976 as corrected by Lecoutre 1991, J. Educ. Stat. 16 (the original, for one group). With
    n - g = 1 it is not defined, and GG takes its place.
    """
    degrees = scores.shape[1]
    free = scores.shape[0] - members.shape[0]
    means = members @ scores / members.sum(axis=-1)[..., None]
    residuals = _residuals(scores, members, means)
    covariance = residuals.T @ residuals
    gg = float(np.trace(covariance) ** 2 / (degrees * (covariance**2).sum()))
    if free < 2:
        return gg, gg
    rest = degrees * (free - degrees * gg)
    hf = ((free + 1) * degrees * gg - 2) / rest if rest > ROUNDING else 1.0
    return min(1.0, gg), min(1.0, hf)


def _residuals(scores: Floats, members: Floats, means: Floats) -> Floats:
    """Scores less the mean of the participant's group."""
    return scores - np.swapaxes(members, -1, -2) @ means


def _ratio(effect: Floats, df_effect: int, error: Floats, df_error: int) -> Floats:
    """Mean square of the effect over that of the error; infinite or NaN where the error is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(effect / df_effect, error / df_error))
