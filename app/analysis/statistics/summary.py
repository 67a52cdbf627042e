"""Mean and standard errors over participants, with a word where a number is not defined; pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.analysis.statistics.contrasts import Floats

NOBODY = "no participant"
ONE = "one participant: SEM and interval are not defined"
ALIKE = "all participants alike: SEM 0 says nothing about precision, and there is no interval"


@dataclass(frozen=True)
class Summary:
    """`sem` is SD / sqrt(N) with ddof 1, `sem_ddof0` the published plots' variant; None where not defined."""

    n: int
    mean: float | None
    sem: float | None
    sem_ddof0: float | None
    note: str


@dataclass(frozen=True)
class WithinErrors:
    """`sem` has one value per condition; None where not defined. `note` holds for all of them."""

    sem: tuple[float | None, ...]
    note: str = ""


def summarise(values: Floats) -> Summary:
    """The summary of one value per participant, shape (participants,), all finite."""
    n = len(values)
    if n == 0:
        return Summary(0, None, None, None, NOBODY)
    mean = float(values.mean())
    if n == 1:
        return Summary(1, mean, None, None, ONE)
    if np.ptp(values) == 0:
        return Summary(n, mean, 0.0, 0.0, ALIKE)
    root = np.sqrt(n)
    return Summary(n, mean, float(values.std(ddof=1) / root), float(values.std(ddof=0) / root), "")


def within_errors(values: npt.ArrayLike) -> WithinErrors:
    """Within-participant SEM of every condition; `values` (participants, conditions), NaN where missing.

    Each participant's mean over conditions is replaced by the grand mean (Cousineau 2005), and the variance
    is multiplied by C / (C - 1) for C conditions (Morey 2008). Conditions that nobody saw are passed over; of
    the others, only participants who have them all are taken.
    """
    table = np.asarray(values, dtype=float)
    seen = np.isfinite(table).any(axis=0)
    part = table[np.isfinite(table).any(axis=1)][:, seen]
    complete = part[np.isfinite(part).all(axis=1)]
    participants, conditions = complete.shape
    if participants < 2 or conditions < 2:
        few = "two conditions" if conditions < 2 else "two participants with all conditions"
        return WithinErrors((None,) * len(seen), f"within-participant SEM is not defined: it needs {few}")
    normalised = complete - complete.mean(axis=1, keepdims=True) + complete.mean()
    variance = normalised.var(axis=0, ddof=1) * conditions / (conditions - 1)
    found = iter(np.sqrt(variance / participants))
    note = f"within-participant SEM is of the {participants} participants with all conditions"
    return WithinErrors(
        tuple(float(next(found)) if known else None for known in seen),
        "" if participants == len(part) else note,
    )
