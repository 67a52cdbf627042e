"""Pink-noise masks: pictures whose amplitude spectrum falls as 1/f (Geirhos et al. 2018); pure."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.core.randomness import generator
from app.stimuli.png import encode

MASKS = 8
SIZE_PX = 224
# Contrast: standard deviation of the noise around mid-grey, in grey levels of 0..255.
STANDARD_DEVIATION = 45.0


def pink_noise(seed: int, number: int, size_px: int = SIZE_PX) -> NDArray[np.uint8]:
    """A colour picture, shape (size_px, size_px, 3), sRGB values 0..255 around 127.5.

    Each channel is white noise whose spectrum is divided by the spatial frequency; it is a pure function of
    the study's seed and the mask's number.
    """
    white = generator(seed, "mask", number).standard_normal((3, size_px, size_px))
    frequency = np.hypot(np.fft.fftfreq(size_px)[:, None], np.fft.rfftfreq(size_px)[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(white) / frequency, s=(size_px, size_px))
    noise /= noise.std(axis=(1, 2), keepdims=True)
    levels = np.clip(np.rint(127.5 + STANDARD_DEVIATION * noise), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(levels, 0, -1))


@lru_cache(maxsize=128)
def mask_png(seed: int, number: int) -> bytes:
    """A mask's file, as long as every other's."""
    return encode(pink_noise(seed, number))
