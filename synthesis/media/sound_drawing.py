"""What a sound looks like in a report: its waveform above its cochleagram."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthesis.hearing.settings import CochleagramSettings
from synthesis.media.sounds import decode_wav, to_input

if TYPE_CHECKING:
    from torch import nn

EXPLAINED = (
    "Above the waveform, up to full scale; below the cochleagram, from 50 Hz to 10 kHz, or half the sample "
    "rate, on the ERB-number scale."
)
_BLUE = (0, 114, 178)
_WAVE_SHARE = 0.25  # of the height
# The compressed envelope that is drawn black: a tone at a tenth of full scale is about 0.45.
_BLACK = 0.6


def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
    """A served sound in a box of `size`, width and height in px."""
    sound, rate_hz = decode_wav(data)
    width, height = size
    top = round(_WAVE_SHARE * height)
    waveform = to_input([sound])[0]
    both = Image.new("RGB", size, "white")
    both.paste(_waveform(waveform, width, top), (0, 0))
    both.paste(_cochleagram(waveform, rate_hz, (width, height - top - 1)), (0, top + 1))
    return both


def _waveform(waveform: NDArray[np.float32], width: int, height: int) -> Image.Image:
    """The range of the samples that fall on each column; the box is full scale."""
    columns = np.array_split(waveform, width)
    level = np.arange(height)[:, None]
    high = np.array([column.max() for column in columns])
    low = np.array([column.min() for column in columns])
    middle = (height - 1) / 2
    inside = (level >= np.floor(middle - middle * high)) & (level <= np.ceil(middle - middle * low))
    pixels = np.where(inside[..., None], np.array(_BLUE), 255).astype(np.uint8)
    return Image.fromarray(pixels)


def _cochleagram(waveform: NDArray[np.float32], rate_hz: int, size: tuple[int, int]) -> Image.Image:
    # Not at the top: a report of pictures needs no torch.
    import torch

    with torch.inference_mode():
        (rows,) = _transform(rate_hz, len(waveform))(torch.from_numpy(waveform)[None])[0].numpy()
    grey = np.rint(255 * (1 - (rows / _BLACK).clip(0, 1))).astype(np.uint8)
    return (
        Image.fromarray(np.ascontiguousarray(grey[::-1]))
        .convert("RGB")
        .resize(size, Image.Resampling.BILINEAR)
    )


@lru_cache(maxsize=1)
def _transform(rate_hz: int, samples: int) -> nn.Module:
    from synthesis.hearing.cochleagram import Cochleagram

    return Cochleagram(
        CochleagramSettings(
            sample_rate_hz=rate_hz,
            samples=samples,
            high_hz=min(10_000.0, rate_hz / 2),
            sample_factor=2,
            frame_rate_hz=math.gcd(rate_hz, 200),
            padding="same",
        )
    )
