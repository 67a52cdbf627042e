"""Mean and SEM over participants, with a word where a number is not defined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ONE = "one participant: SEM and interval are not defined"
ALIKE = "all participants alike: SEM 0 says nothing about precision"


@dataclass(frozen=True)
class Summary:
    """`sem` is SD / sqrt(N) with ddof 1, `sem_ddof0` the published plots' variant; None where not defined."""

    n: int
    mean: float | None
    sem: float | None
    sem_ddof0: float | None
    note: str


def summarise(values: NDArray[np.float64]) -> Summary:
    """The summary of one value per participant, shape (participants,), all finite."""
    n = len(values)
    if n == 0:
        return Summary(0, None, None, None, "no participant")
    mean = float(values.mean())
    if n == 1:
        return Summary(1, mean, None, None, ONE)
    if np.ptp(values) == 0:
        return Summary(n, mean, 0.0, 0.0, ALIKE)
    root = np.sqrt(n)
    return Summary(n, mean, float(values.std(ddof=1) / root), float(values.std(ddof=0) / root), "")
