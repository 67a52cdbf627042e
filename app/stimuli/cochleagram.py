"""A cochleagram to look at: envelopes of half-cosine filters on the ERB-number scale; pure.

It is drawn for experimenters and never measured: what a network hears is `synthesis.hearing.cochleagram`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Glasberg & Moore 1990, equations 3 and 4: a filter at f Hz is 24.7 + f / 9.265 Hz wide.
_MINIMUM_BANDWIDTH_HZ, _QUALITY = 24.7, 9.265
CHANNELS, FRAMES = 80, 240
LOWEST_HZ, HIGHEST_HZ = 50.0, 10_000.0
EXPONENT = 0.3  # of the compression, as in McDermott & Simoncelli 2011


@dataclass(frozen=True)
class Cochleagram:
    """`rows` of shape (channels, frames) from low to high centre frequencies, compressed, at least 0.

    The centres are equally spaced in ERB numbers between `low_hz` and `high_hz`.
    """

    rows: NDArray[np.float64]
    low_hz: float
    high_hz: float


def erb_number(frequency_hz: NDArray[np.floating[Any]] | float) -> NDArray[np.float64]:
    """ERB number, 0 at 0 Hz and about 35 at 10 kHz."""
    return np.asarray(_QUALITY * np.log1p(np.asarray(frequency_hz) / (_MINIMUM_BANDWIDTH_HZ * _QUALITY)))


def cochleagram(waveform: NDArray[np.float64], rate_hz: int) -> Cochleagram:
    """Of a waveform of shape (samples,), full scale 1.

    Each filter is half a period of a cosine, overlapping its neighbours by half (McDermott & Simoncelli
    2011); its envelope is the magnitude of the analytic signal, averaged over each frame.
    """
    high_hz = min(HIGHEST_HZ, rate_hz / 2)
    centres, step = np.linspace(erb_number(LOWEST_HZ), erb_number(high_hz), CHANNELS, retstep=True)
    numbers = erb_number(np.fft.rfftfreq(len(waveform), 1 / rate_hz))
    spectrum = np.fft.rfft(waveform)
    frames = min(FRAMES, len(waveform))
    edges = np.linspace(0, len(waveform), frames + 1).astype(int)[:-1]
    lengths = np.diff([*edges, len(waveform)])
    rows = [
        np.add.reduceat(_envelope(spectrum, numbers - centre, step, len(waveform)), edges) / lengths
        for centre in centres
    ]
    return Cochleagram(np.asarray(rows) ** EXPONENT, LOWEST_HZ, high_hz)


def _envelope(
    spectrum: NDArray[np.complex128], distance: NDArray[np.float64], half_width: float, samples: int
) -> NDArray[np.float64]:
    gain = np.where(np.abs(distance) < half_width, np.cos(distance / half_width * np.pi / 2), 0.0)
    analytic = np.zeros(samples, dtype=np.complex128)
    analytic[: len(spectrum)] = 2 * spectrum * gain
    return np.asarray(np.abs(np.fft.ifft(analytic)))
