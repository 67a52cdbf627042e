"""Permutation tests of the ANOVA's effects: how often shuffled data give an F at least as large; pure.

The schemes are those of Feather et al. 2023 (Methods, and the functions `run_permutation_*` of their code):

- a group effect (`observer`): the groups' labels are dealt anew among the participants;
- `stage` or `model`: each participant's levels are shuffled, independently, after averaging over the other
  factor; groups stay as they are;
- the interaction observer x stage: both at once;
- the interaction model x stage: all of a participant's cells are shuffled.

p = (1 + number as large) / (1 + permutations), which counts the data themselves and is never zero (Phipson &
Smyth 2010). The publication took number / permutations, and 1 / permutations for none.

The interactions' schemes shuffle main effects away, too. They are exact if there is no effect at all, and
approximate for an interaction beside large main effects, where no exact scheme exists.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from app.analysis.statistics.anova import EffectName, complete, is_rounding_error, two_way_contrasts
from app.analysis.statistics.contrasts import (
    Floats,
    Sums,
    difference_contrasts,
    mean_contrast,
    memberships,
    sums_of_squares,
)
from app.core.randomness import generator

# Permutations that are computed at once; keeps memory at some tens of MB.
CHUNK = 500
# F values that differ by less are ties: proportions are discrete, and the order of a sum must not decide.
TIE = 1e-9


def permute_mixed(
    values: npt.ArrayLike, groups: Sequence[Any], *, permutations: int = 10_000, seed: int = 0
) -> dict[EffectName, float | None]:
    """Permutation p of `observer`, `stage` and `interaction` of a mixed ANOVA.

    `values` and `groups` are those of `anova.mixed_anova`. p is in (0, 1], or None if F is not defined. The
    same seed gives the same p.
    """
    table = complete(values, dimensions=2)
    members = memberships(groups)
    stage = difference_contrasts(table.shape[1])
    level = table.mean(axis=1, keepdims=True)  # (participants, 1)
    unit = mean_contrast(1)
    test = _Test(permutations, seed)
    return {
        "observer": test.p("observer", level, unit, members, _f_between, labels=True),
        "stage": test.p("stage", table, stage, members, _f_mean, cells=True),
        "interaction": test.p("interaction", table, stage, members, _f_between, labels=True, cells=True),
    }


def permute_one_way(values: npt.ArrayLike, *, permutations: int = 10_000, seed: int = 0) -> float | None:
    """Permutation p of the effect of stage within one group; `values` (participants, stages)."""
    table = complete(values, dimensions=2)
    test = _Test(permutations, seed)
    return test.p(
        "stage", table, difference_contrasts(table.shape[1]), _one_group(table), _f_mean, cells=True
    )


def permute_two_way(
    values: npt.ArrayLike, *, permutations: int = 10_000, seed: int = 0
) -> dict[EffectName, float | None]:
    """Permutation p of `model`, `stage` and `interaction`; `values` (participants, models, stages)."""
    table = complete(values, dimensions=3)
    models, stages = table.shape[1:]
    interaction = two_way_contrasts(models, stages)["interaction"]
    tested: dict[EffectName, tuple[Floats, Floats]] = {
        "model": (table.mean(axis=2), difference_contrasts(models)),
        "stage": (table.mean(axis=1), difference_contrasts(stages)),
        "interaction": (table.reshape(len(table), -1), interaction),
    }
    test, members = _Test(permutations, seed), _one_group(table)
    return {
        name: test.p(name, cells, contrasts, members, _f_mean, cells=True)
        for name, (cells, contrasts) in tested.items()
    }


class _Test:
    """A number of permutations and a seed; each effect has random numbers of its own."""

    def __init__(self, permutations: int, seed: int) -> None:
        if permutations < 1:
            raise ValueError(f"permutations: {permutations} is not a positive number")
        self.permutations, self.seed = permutations, seed

    def p(
        self,
        name: EffectName,
        values: Floats,
        contrasts: Floats,
        members: Floats,
        statistic: Callable[[Sums], Floats],
        *,
        labels: bool = False,
        cells: bool = False,
    ) -> float | None:
        """p of one effect; `labels` and `cells` say what is shuffled."""
        observed = sums_of_squares(values @ contrasts.T, members)
        if is_rounding_error(float(observed.error), values):
            return None
        enough = float(statistic(observed)) * (1 - TIE)
        random = generator(self.seed, "permutation", name)
        as_large = 0
        for start in range(0, self.permutations, CHUNK):
            count = min(CHUNK, self.permutations - start)
            dealt = _deal(members, count, random) if labels else members
            shuffled = _shuffle(values, count, random) if cells else values
            found = statistic(sums_of_squares(shuffled @ contrasts.T, dealt))
            as_large += int((~(found < enough)).sum())  # an F that is not defined counts against the effect
        return (1 + as_large) / (1 + self.permutations)


def _deal(members: Floats, count: int, random: np.random.Generator) -> Floats:
    """Memberships (count, groups, participants) with the groups' labels dealt anew; sizes stay."""
    labels = np.tile(members.argmax(axis=0), (count, 1))
    dealt = random.permuted(labels, axis=1)[:, None] == np.arange(len(members))[:, None]
    return np.asarray(dealt, dtype=np.float64)


def _shuffle(values: Floats, count: int, random: np.random.Generator) -> Floats:
    """Values (count, participants, cells) with each participant's cells in a random order."""
    return random.permuted(np.tile(values, (count, 1, 1)), axis=2)


def _f_mean(sums: Sums) -> Floats:
    return sums.f_mean


def _f_between(sums: Sums) -> Floats:
    return sums.f_between


def _one_group(table: Floats) -> Floats:
    return np.ones((1, len(table)))
