"""Spectrotemporal filters: tuning to ripples, direction, and the filters against their equations."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from synthesis.networks.hearing.spectrotemporal import (
    FEATHER2023_MODULATIONS,
    Modulations,
    Power,
    SpectrotemporalFilters,
)

CHANNELS, FRAMES, FRAME_RATE_HZ = 211, 390, 200
TUNINGS = FEATHER2023_MODULATIONS.tunings


@pytest.fixture(scope="module")
def filters() -> SpectrotemporalFilters:
    return SpectrotemporalFilters(CHANNELS, FRAMES, FRAME_RATE_HZ, FEATHER2023_MODULATIONS)


def ripple(rate_hz: float, scale: float) -> Tensor:
    """A cochleagram (1, 1, channels, frames) modulated by one ripple; a negative rate rises in frequency."""
    time_s = torch.arange(FRAMES) / FRAME_RATE_HZ
    erb = torch.arange(CHANNELS)[:, None] / FEATHER2023_MODULATIONS.channels_per_erb
    return torch.cos(2 * math.pi * (rate_hz * time_s + scale * erb))[None, None]


def test_there_are_the_published_filters() -> None:
    assert len(TUNINGS) == 9 * 7 + 8 * 6 == len(set(TUNINGS))
    assert TUNINGS[:3] == ((0, 0), (-0.5, 0), (-1, 0))
    assert TUNINGS[-1] == (64, 2)


@pytest.mark.parametrize(
    ("rate_hz", "scale"), [(4, 0.5), (-4, 0.5), (8, 0.25), (-16, 1), (2, 1), (-32, 0.125)]
)
def test_a_filter_prefers_the_ripple_of_its_rate_scale_and_direction(
    filters: SpectrotemporalFilters, rate_hz: float, scale: float
) -> None:
    power = Power()(filters(ripple(rate_hz, scale))).mean((2, 3))[0]
    assert power.shape == (len(TUNINGS),)
    assert TUNINGS[int(power.argmax())] == (rate_hz, scale)
    opposite = float(power[TUNINGS.index((-rate_hz, scale))])
    assert opposite < 0.02 * float(power.max())


def test_a_negative_rate_is_a_ripple_that_rises(filters: SpectrotemporalFilters) -> None:
    pattern = ripple(-4, 0.5)[0, 0]
    later = pattern[:, 5:]  # 25 ms, in which the ripple rises by 0.025 * 4 / 0.5 ERB = 1.2 channels
    shifts = [float((later[3:-3] * pattern[3 - up : 208 - up, :-5]).mean()) for up in (-1, 0, 1)]
    assert shifts[2] == max(shifts)


def test_the_mean_goes_through_the_filter_of_rate_and_scale_0_alone(filters: SpectrotemporalFilters) -> None:
    constant = filters(torch.full((1, 1, CHANNELS, FRAMES), 2.0))[0]
    # A sixth of the padded cochleagram is not silent.
    torch.testing.assert_close(constant[0], torch.full((CHANNELS, FRAMES), 2 / 6))


@pytest.mark.parametrize(
    ("rate_hz", "scale"), [(5, 0.7), (-5, 0.7), (20, 0.7), (-20, 1.5), (0, 0.7), (-5, 0)]
)
def test_a_filter_is_its_equations(rate_hz: float, scale: float) -> None:
    """On the whole plane of frequencies, with a complex transform."""
    tuned = Modulations((0, 5, 20), (0, 0.7, 1.5), channels_per_erb=6)
    channels, frames = 14, 30
    filters = SpectrotemporalFilters(channels, frames, 100, tuned)
    x = np.random.default_rng(3).standard_normal((channels, frames))
    made = filters(torch.from_numpy(x)[None, None])[0, tuned.tunings.index((rate_hz, scale))]
    rows, columns = 2 * channels, 3 * frames
    if rate_hz:
        t = np.arange(frames) / 100 * abs(rate_hz)
        h = t**2 * np.exp(-3.5 * t) * np.sin(2 * np.pi * t)
        temporal = np.fft.fft(np.concatenate([h - h.mean(), np.zeros(2 * frames)]))
        temporal /= np.abs(temporal).max()
        if abs(rate_hz) == 20:  # the fastest
            peak = np.abs(temporal)[: columns // 2].argmax()
            temporal[peak : columns - peak + 1] /= np.abs(temporal[peak : columns - peak + 1])
    else:
        temporal = np.eye(columns)[0]
    ratios = (np.fft.fftfreq(rows, 1 / 6) / (scale or 1)) ** 2
    spectral = ratios * np.exp(-ratios) if scale else np.eye(rows)[0]
    spectral = spectral / spectral.max()
    if scale == 1.5:  # the densest
        spectral[ratios >= ratios[spectral.argmax()]] = 1
    transfer = np.outer(spectral, temporal)
    up, across = np.sign(np.fft.fftfreq(rows))[:, None], np.sign(np.fft.fftfreq(columns))
    up, across = up + 0 * across, across + 0 * up
    up[rows // 2], across[:, columns // 2] = 0, 0  # the highest frequencies have no direction
    transfer[up * across == (1 if rate_hz < 0 else -1)] = 0
    padded = np.zeros((rows, columns))
    padded[:channels, :frames] = x
    expected = np.fft.ifft2(np.fft.fft2(padded) * transfer)
    assert np.abs(expected.imag).max() < 1e-9
    np.testing.assert_allclose(made.numpy(), expected.real[:channels, :frames], atol=1e-5)
