"""Differences within participants: a paired t test, and the correction for several; pure."""

from typing import Any

import numpy as np
from scipy.stats import ttest_rel

from app.analysis.statistics.contrasts import ROUNDING, Floats
from app.analysis.statistics.summary import summarise


def paired(values: Floats) -> dict[str, Any]:
    """The test of two columns, shape (participants, 2), all finite: first less second.

    Differences that vary by no more than rounding are all the same, and have no t.

    Returns participants, difference (its mean), sem (ddof 1), t, df, p and note; None where not defined.
    """
    summary = summarise(values[:, 0] - values[:, 1])
    found = {"participants": summary.n, "difference": summary.mean, "sem": summary.sem}
    if not summary.sem or summary.sem < ROUNDING * np.abs(values).max():
        note = summary.note if summary.n < 2 else "all participants differ by the same: t is not defined"
        return {**found, "t": None, "df": None, "p": None, "note": note}
    test = ttest_rel(values[:, 0], values[:, 1])
    return {**found, "t": float(test.statistic), "df": summary.n - 1, "p": float(test.pvalue), "note": ""}


def holm(p: Floats) -> Floats:
    """Holm's step-down correction (1979); missing values stay so and are not counted."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known])]
    corrected = np.full(len(p), np.nan)
    steps = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p[order] * steps)) if len(order) else []
    return corrected
