"""How often each level was told from the original, by all participants together, and d'; pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from app.adaptive.estimate import Estimate, estimate
from app.analysis.statistics.abx import AbxModel, d_prime_of_abx
from app.analysis.thresholds.dimensions import MeasuredDimension, in_order
from app.analysis.thresholds.fits import answers_of, counted, kept

LEVEL_COLUMNS = {
    "dimension": object, "layer": object, "name": object, "unit": object, "target": float, "level": float,
    "rms": float, "participants": "Int64", "trials": "Int64", "right": "Int64", "proportion_right": float,
    "ci_low": float, "ci_high": float, "fell_back": "Int64", "d_prime_differencing": float,
    "d_prime_independent": float, "note": object,
}  # fmt: skip
BELOW_CHANCE = "right less often than by chance: d' is not defined"


def level_table(trials: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """One row per dimension and level that was shown, over the trials that count: `LEVEL_COLUMNS`.

    A picture belongs to the level of the dimension whose target is nearest to what was measured on it.
    `level` and `rms` are geometric means over trials, the interval of the proportion is Wilson's, of 95 %.
    d' is that of the pooled proportion, corrected to (right + 0.5) / (trials + 1), by both models.
    """
    shown = kept(counted(trials))
    rows = [
        row
        for dimension in in_order(dimensions)
        for row in _levels(dimension, shown[shown["dimension"].eq(dimension.id)])
    ]
    return pd.DataFrame(rows, columns=list(LEVEL_COLUMNS)).astype(LEVEL_COLUMNS)


def pooled_fits(trials: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> dict[str, Estimate]:
    """The psychometric function of all answers to a dimension together, by its id.

    It is less steep than those of single participants, whose thresholds differ.
    """
    shown = kept(counted(trials))
    found = {}
    for dimension in in_order(dimensions):
        own = shown[shown["dimension"].eq(dimension.id)]
        if len(own):
            found[dimension.id] = estimate(answers_of(own), dimension.targets)
    return found


def _levels(dimension: MeasuredDimension, shown: pd.DataFrame) -> Iterator[dict[str, Any]]:
    numbers = shown["level"].map(dimension.nearest)
    for number, own in shown.groupby(numbers):
        right, trials = int(own["correct"].sum()), len(own)
        interval = binomtest(right, trials).proportion_ci(method="wilson")
        yield {
            "dimension": dimension.id,
            "layer": dimension.layer,
            "name": dimension.name,
            "unit": dimension.unit,
            "target": dimension.targets[number],
            "level": _geometric_mean(own["level"]),
            "rms": _geometric_mean(own["rms"]),
            "participants": own["participant_id"].nunique(),
            "trials": trials,
            "right": right,
            "proportion_right": right / trials,
            "ci_low": interval.low,
            "ci_high": interval.high,
            "fell_back": int(own["fell_back"].sum()),
            **_d_primes(right, trials),
        }


def _d_primes(right: int, trials: int) -> dict[str, Any]:
    corrected = (right + 0.5) / (trials + 1)
    if corrected < 0.5:
        return {"note": BELOW_CHANCE}
    models: tuple[AbxModel, ...] = ("differencing", "independent")
    return {f"d_prime_{model}": d_prime_of_abx(corrected, model) for model in models} | {"note": ""}


def _geometric_mean(values: pd.Series) -> float:
    known = values.to_numpy(float)
    known = known[np.isfinite(known) & (known > 0)]
    return float(np.exp(np.log(known).mean())) if len(known) else float("nan")
