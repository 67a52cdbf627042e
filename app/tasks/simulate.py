"""A simulated observer: what it would answer, how fast, and with which record; pure.

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
# Pictures
MEDIAN_RT_MS = 900.0
FRAME_MS = 1000 / 60
DROPPED_FRAME_SHARE = 0.002
# Words: from the end of the sound to the first key, and from key to key
MEDIAN_FIRST_KEY_MS = 1100.0
KEY_MS = 180.0
INTERRUPTED_SHARE = 0.002
PICKED_SHARE = 0.2


@dataclass(frozen=True)
class SimulatedAnswer:
    """`rt_ms` counts from the onset of the response screen for pictures, of the sound for words."""

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

    def name_picture(
        self, condition: str, category: str, image_ms: float, fixation_ms: float, mask_ms: float
    ) -> SimulatedAnswer:
        """The answer to one trial whose picture shows `category` in `condition`. Durations in ms."""
        answer = self._answer(condition, category)
        rt_ms = self._log_normal(MEDIAN_RT_MS)
        return SimulatedAnswer(answer, round(rt_ms, 1), self._shown(fixation_ms, image_ms, mask_ms))

    def type_word(self, condition: str, word: str, sound_ms: float, lead_ms: float) -> SimulatedAnswer:
        """The answer to one trial whose sound says `word` in `condition`. Durations in ms."""
        answer = self._answer(condition, word)
        first_key_ms = sound_ms + self._log_normal(MEDIAN_FIRST_KEY_MS)
        picked = bool(self._random.random() < PICKED_SHARE)
        # Who picks types three letters and takes the word from the list; then the key that confirms.
        keystrokes = min(len(answer), 3) + 2 if picked else len(answer) + 1
        rt_ms = first_key_ms + (keystrokes - 1) * KEY_MS
        entry = {
            "keystrokes": keystrokes,
            "first_key_ms": round(first_key_ms, 1),
            "pastes": 0,
            "how": "picked" if picked else "typed",
        }
        return SimulatedAnswer(answer, round(rt_ms, 1), {**self._played(sound_ms, lead_ms), "entry": entry})

    def _answer(self, condition: str, category: str) -> str:
        """Wrong answers are uniform over the other categories."""
        right = self._random.random() < self._accuracy[condition]
        others = [name for name in self._categories if name != category]
        return category if right or not others else others[self._random.integers(len(others))]

    def _log_normal(self, median_ms: float) -> float:
        return float(self._random.lognormal(math.log(median_ms), RT_LOG_SD))

    def _shown(self, fixation_ms: float, image_ms: float, mask_ms: float) -> dict[str, Any]:
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

    def _played(self, sound_ms: float, lead_ms: float) -> dict[str, Any]:
        """The record of a page whose audio context is now and then interrupted."""
        interrupted = int(self._random.random() < INTERRUPTED_SHARE)
        return {
            "requested_sound_ms": sound_ms,
            "onset_ms": lead_ms,
            "late_ms": 0,
            "played_ms": round(sound_ms + self._random.uniform(5, 25), 1),
            "interruptions": interrupted,
            "context_state": "running",
            "sample_rate_hz": 48_000,
            "base_latency_ms": 10.7,
            "output_latency_ms": 32.0,
            "focus_losses": 0,
            "hidden": False,
        }
