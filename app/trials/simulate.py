"""A simulated observer: what it would answer, how fast, and with which timing record; pure.

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
MEDIAN_RT_MS = 900.0
RT_LOG_SD = 0.35
FRAME_MS = 1000 / 60
DROPPED_FRAME_SHARE = 0.002


@dataclass(frozen=True)
class SimulatedAnswer:
    """`rt_ms` counts from the onset of the response screen."""

    answer: str
    rt_ms: float
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

    def answer(
        self, condition: str, category: str, image_ms: float, fixation_ms: float, mask_ms: float
    ) -> SimulatedAnswer:
        """The answer to one trial whose picture shows `category` in `condition`.

        Wrong answers are uniform over the other categories; response times are log-normal. Durations in ms.
        """
        right = self._random.random() < self._accuracy[condition]
        others = [name for name in self._categories if name != category]
        answer = category if right or not others else others[self._random.integers(len(others))]
        rt_ms = float(self._random.lognormal(math.log(MEDIAN_RT_MS), RT_LOG_SD))
        return SimulatedAnswer(answer, round(rt_ms, 1), self._timing(fixation_ms, image_ms, mask_ms))

    def _timing(self, fixation_ms: float, image_ms: float, mask_ms: float) -> dict[str, Any]:
        """The record of a page on a 60-Hz screen that now and then drops one frame."""
        dropped = int(self._random.random() < DROPPED_FRAME_SHARE)
        frames = round(image_ms / FRAME_MS)
        image = round(fixation_ms / FRAME_MS) * FRAME_MS
        mask = image + (frames + dropped) * FRAME_MS
        response = mask + round(mask_ms / FRAME_MS) * FRAME_MS
        flips = {"fixation": 0.0, "image": image, "mask": mask, "response": response}
        return {
            "requested_image_ms": image_ms,
            "image_frames": frames,
            "frame_ms": round(FRAME_MS, 3),
            "flips_ms": {name: round(at, 1) for name, at in flips.items()},
            "achieved_image_ms": round(mask - image, 1),
            "dropped_frames": dropped,
            "focus_losses": 0,
            "hidden": False,
        }
