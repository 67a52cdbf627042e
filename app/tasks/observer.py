"""A simulated observer: what it would answer, and how fast; pure. Each task makes up its own record.

Recognition falls with the matched layer's depth as the published human curves do in shape; the numbers are
chosen, not fitted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

NATURAL_ACCURACY = 0.95
STEEPNESS = 8.0  # of the logistic over relative depth 0..1
RT_LOG_SD = 0.35


@dataclass(frozen=True)
class SimulatedAnswer:
    """What a page sends: `rt_ms` counts as the task says, `timing` is the record of the trial.

    An answer that did not come in time is "na", without `rt_ms`.
    """

    answer: str
    rt_ms: float | None
    timing: dict[str, Any]


def accuracies(conditions: Sequence[str], categories: int) -> dict[str, float]:
    """The probability of a right answer that the observer is given, per condition.

    Parameters
    ----------
    conditions
        The natural condition, then the matched layers in depth order.
    categories
        Number of possible answers; chance is 1 / categories.

    Returns
    -------
    `NATURAL_ACCURACY` for the first condition, then along a logistic of relative depth that is scaled to
    reach chance exactly at the deepest layer.
    """
    chance = 1 / categories
    deepest = max(1, len(conditions) - 1)
    top, bottom = _logistic(0.0), _logistic(1.0)
    return {
        condition: chance
        + (NATURAL_ACCURACY - chance) * (_logistic(index / deepest) - bottom) / (top - bottom)
        for index, condition in enumerate(conditions)
    }


def _logistic(depth: float) -> float:
    return 1 / (1 + math.exp(STEEPNESS * (depth - 0.5)))


class SimulatedObserver:
    """Answers trials one by one; a generator in the same state gives the same answers and times."""

    def __init__(
        self, accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
    ) -> None:
        self._accuracy = accuracy
        self._categories = categories
        self._random = random

    @property
    def random(self) -> np.random.Generator:
        """For what is made up beside the answer."""
        return self._random

    def with_accuracy(self, accuracy: float) -> "SimulatedObserver":
        """One with this probability of a right answer in every condition, drawing from the same generator."""
        return SimulatedObserver(dict.fromkeys(self._accuracy, accuracy), self._categories, self._random)

    def seeing(self, accuracy: float) -> "SimulatedObserver":
        """The observer in a trial in which one who is careful is right with this probability."""
        return self.with_accuracy(accuracy)

    def answer(self, condition: str, category: str) -> str:
        """Wrong answers are uniform over the other categories."""
        right = self._random.random() < self._accuracy[condition]
        others = [name for name in self._categories if name != category]
        return category if right or not others else others[self._random.integers(len(others))]

    def log_normal(self, median_ms: float) -> float:
        """A time in ms, skewed as response times are."""
        return float(self._random.lognormal(math.log(median_ms), RT_LOG_SD))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self._random.random() < probability)
