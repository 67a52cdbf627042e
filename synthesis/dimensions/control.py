"""The control dimension: noise of a stated strength, which no network had a part in."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_ROUNDS = 60


def noise_along(
    picture: NDArray[np.uint8], levels: Sequence[float], random: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """The picture with one pattern of white noise at rising strengths.

    Parameters
    ----------
    picture
        (height, width, 3).
    levels
        RMS of the difference between the picture and each result, in units of the range of pixels (0 to 1),
        as measured after rounding and clipping: the strength is found by bisection.
    random
        Draws the pattern, which is the same at all levels.

    Returns
    -------
    One picture for each level.
    """
    pattern = random.standard_normal(picture.shape)
    return [_with_rms(picture, pattern, level) for level in levels]


def rms(changed: NDArray[np.uint8], original: NDArray[np.uint8]) -> float:
    """Root mean square of the difference of two pictures, of the range 0 to 1."""
    return float(np.sqrt(np.mean(((changed.astype(np.float64) - original) / 255) ** 2)))


def _with_rms(picture: NDArray[np.uint8], pattern: NDArray[np.float64], wanted: float) -> NDArray[np.uint8]:
    low, high = 0.0, 4.0
    for _ in range(MOST_ROUNDS):
        middle = (low + high) / 2
        if rms(_noisy(picture, pattern, middle), picture) < wanted:
            low = middle
        else:
            high = middle
    return _noisy(picture, pattern, high)


def _noisy(picture: NDArray[np.uint8], pattern: NDArray[np.float64], strength: float) -> NDArray[np.uint8]:
    noisy: NDArray[np.uint8] = np.clip(np.rint(picture + 255 * strength * pattern), 0, 255).astype(np.uint8)
    return noisy
