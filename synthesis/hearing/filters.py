"""Half-cosine filters on the ERB-number scale, as gains on the frequencies of a Fourier transform."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthesis.hearing.settings import CochleagramSettings

Floats = NDArray[np.floating[Any]]

# Glasberg & Moore 1990, equations 3 and 4: a filter at f Hz is 24.7 + f / 9.265 Hz wide.
_MINIMUM_BANDWIDTH_HZ, _QUALITY = 24.7, 9.265


def erb_number(frequency_hz: Floats | float) -> Floats:
    """ERB number (0 at 0 Hz, about 35 at 10 kHz) of frequencies in Hz."""
    return np.asarray(_QUALITY * np.log1p(frequency_hz / (_MINIMUM_BANDWIDTH_HZ * _QUALITY)))


def erb_frequency_hz(number: Floats | float) -> Floats:
    """The inverse of `erb_number`."""
    return np.asarray(_MINIMUM_BANDWIDTH_HZ * _QUALITY * np.expm1(np.asarray(number) / _QUALITY))


@dataclass(frozen=True)
class FilterBank:
    """Filters in order of frequency.

    gains : shape (channels, bins), on the frequencies from 0 to half the sample rate; at every frequency
        between the lowest and the highest centre their squares sum to 1.
    centres_hz : shape (channels,), of the low-pass and high-pass filters where the row of centres goes on.
    """

    gains: Floats
    centres_hz: Floats


def filter_bank(settings: CochleagramSettings) -> FilterBank:
    """The filters of McDermott & Simoncelli 2011, denser by the sample factor.

    Each band-pass filter is half a period of a cosine, `sample_factor` steps to either side. The `i`-th low-
    and high-pass filters complete the squares of the `i`-th band-pass filters from the ends to 1.
    """
    factor = settings.sample_factor
    frequencies_hz = np.fft.rfftfreq(settings.samples, 1 / settings.sample_rate_hz)
    limits = erb_number(settings.low_hz), erb_number(settings.high_hz)
    numbers, step = np.linspace(*limits, settings.bandpass_filters + 2, retstep=True)
    centres = numbers[1:-1]
    half_width = factor * step
    distance = (erb_number(frequencies_hz) - centres[:, None]) / half_width  # (filters, bins)
    bandpass = np.where(np.abs(distance) < 1, np.cos(distance * np.pi / 2), 0.0)
    complement = np.sqrt(1 - bandpass**2)
    lowpass = np.where(distance < 0, complement, 0.0)[:factor]
    highpass = np.where(distance > 0, complement, 0.0)[-factor:]
    ends = centres[:factor] - half_width, centres[-factor:] + half_width
    return FilterBank(
        gains=np.concatenate((lowpass, bandpass, highpass)) / np.sqrt(factor),
        centres_hz=erb_frequency_hz(np.concatenate((ends[0], centres, ends[1]))),
    )
