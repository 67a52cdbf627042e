"""Analysis of variance of proportions correct: observer x stage, model x stage, and stage alone; pure.

Source: Feather et al. 2023, Methods; the published analysis ran MATLAB's `fitrm` and `ranova`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from app.analysis.statistics.contrasts import (
    Floats,
    difference_contrasts,
    epsilons,
    mean_contrast,
    memberships,
    sums_of_squares,
)

EffectName = Literal["observer", "stage", "model", "interaction"]

NO_VARIANCE = "participants do not vary in this effect: F and p are not defined"
NO_SPHERICITY = "1 degree of freedom: there is no sphericity to correct for"
# An error below this share of the squared values is a rounding error.
ROUNDING = 1e-24


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One line of an ANOVA table; None is a number that is not defined, and `note` says why.

    `p_gg` and `p_hf` are p after multiplying both degrees of freedom by the epsilon of Greenhouse-Geisser and
    of Huynh-Feldt. `eta_p2` is the partial eta squared, SS / (SS + SS of its error), in [0, 1].
    """

    effect: EffectName
    F: float | None = None
    df1: int
    df2: int
    p: float | None = None
    epsilon_gg: float | None = None
    epsilon_hf: float | None = None
    p_gg: float | None = None
    p_hf: float | None = None
    eta_p2: float | None = None
    note: str = ""


def mixed_anova(values: npt.ArrayLike, groups: Sequence[Any]) -> tuple[Effect, Effect, Effect]:
    """Mixed ANOVA: the effects of the groups (`observer`), of `stage`, and their `interaction`.

    Sums of squares are of type III: groups weigh the same whatever their size. Epsilons come from the
    covariance pooled within groups, so a large interaction does not pass for a lack of sphericity.

    Parameters
    ----------
    values
        Proportions, shape (participants, stages), without missing cells, at least two stages.
    groups
        Each participant's group: at least two groups, and more participants than groups.

    Raises
    ------
    ValueError
        A cell is missing, or there are too few stages, groups or participants.
    """
    table = complete(values, dimensions=2)
    if len(groups) != len(table):
        raise ValueError(f"{len(table)} participants but {len(groups)} groups: give each one group")
    members = memberships(groups)
    if len(members) < 2:
        raise ValueError("a mixed ANOVA compares groups, and all participants are of one")
    level, stage = mean_contrast(table.shape[1]), difference_contrasts(table.shape[1])
    return (
        _effect("observer", table, level, members, between=True),
        _effect("stage", table, stage, members),
        _effect("interaction", table, stage, members, between=True),
    )


def one_way_within(values: npt.ArrayLike) -> Effect:
    """Repeated-measures ANOVA of `stage`; `values` (participants, stages) without missing cells."""
    table = complete(values, dimensions=2)
    return _effect("stage", table, difference_contrasts(table.shape[1]))


def two_way_within(values: npt.ArrayLike) -> tuple[Effect, Effect, Effect]:
    """Repeated-measures ANOVA of `model`, `stage` and `interaction`, all seen by the same participants.

    `values` has the shape (participants, models, stages), without missing cells, two or more of each.
    """
    table = complete(values, dimensions=3)
    cells = table.reshape(len(table), -1)
    contrasts = two_way_contrasts(*table.shape[1:])
    model, stage, interaction = (_effect(name, cells, matrix) for name, matrix in contrasts.items())
    return model, stage, interaction


def two_way_contrasts(models: int, stages: int) -> dict[EffectName, Floats]:
    """Contrasts of a model x stage design whose cells are in the order of (model, stage)."""

    def crossed(of_models: Floats, of_stages: Floats) -> Floats:
        return np.asarray(np.kron(of_models, of_stages), dtype=np.float64)

    return {
        "model": crossed(difference_contrasts(models), mean_contrast(stages)),
        "stage": crossed(mean_contrast(models), difference_contrasts(stages)),
        "interaction": crossed(difference_contrasts(models), difference_contrasts(stages)),
    }


def complete(values: npt.ArrayLike, dimensions: int) -> Floats:
    """The values as floats; raises ValueError if a cell is missing or an axis has fewer than two entries."""
    table = np.asarray(values, dtype=float)
    if table.ndim != dimensions or min(table.shape) < 2:
        raise ValueError(f"values of shape {table.shape}: {dimensions} axes of two or more are needed")
    if not np.isfinite(table).all():
        raise ValueError("a cell is missing: leave out its participant or its stage first")
    return table


def is_rounding_error(sum_of_squares: float, values: Floats) -> bool:
    """Whether a sum of squares stands for zero, seen from the size of the values that it came from."""
    return sum_of_squares <= ROUNDING * float((values**2).sum())


def _effect(
    name: EffectName,
    cells: Floats,
    contrasts: Floats,
    members: Floats | None = None,
    *,
    between: bool = False,
) -> Effect:
    """Test contrasts of `cells` (participants, cells): their mean, or `between` groups their difference."""
    members = np.ones((1, len(cells))) if members is None else members
    scores = cells @ contrasts.T
    sums = sums_of_squares(scores, members)
    df1, df2 = (sums.df_between if between else sums.df_mean), sums.df_error
    if df2 < 1:
        raise ValueError("more participants than groups are needed to estimate the error")
    error = float(sums.error)
    if is_rounding_error(error, cells):
        return Effect(effect=name, df1=df1, df2=df2, note=NO_VARIANCE)
    ratio = float(sums.f_between if between else sums.f_mean)
    explained = float(sums.between if between else sums.mean)
    tested = Effect(
        effect=name,
        F=ratio,
        df1=df1,
        df2=df2,
        p=_p(ratio, df1, df2),
        eta_p2=explained / (explained + error),
        note=NO_SPHERICITY,
    )
    if len(contrasts) == 1:
        return tested
    gg, hf = epsilons(scores, members)
    p_gg, p_hf = (_p(ratio, epsilon * df1, epsilon * df2) for epsilon in (gg, hf))
    return replace(tested, epsilon_gg=gg, epsilon_hf=hf, p_gg=p_gg, p_hf=p_hf, note="")


def _p(ratio: float, df1: float, df2: float) -> float:
    """Probability of an F at least as large."""
    return float(fdtrc(df1, df2, ratio))
