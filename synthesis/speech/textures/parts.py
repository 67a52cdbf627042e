"""What textures are put together from: noises, slow curves, and events that come now and then."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

Sound = npt.NDArray[np.float64]
RATE_HZ = 20_000


def coloured_noise(rng: np.random.Generator, samples: int, slope: float) -> Sound:
    """Gaussian noise whose power falls as frequency ** -slope above 20 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequencies_hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20.0)
    return np.fft.irfft(spectrum * frequencies_hz ** (-slope / 2), samples)


def band_noise(rng: np.random.Generator, samples: int, low_hz: float, high_hz: float) -> Sound:
    sos = butter(2, (low_hz, min(high_hz, 0.48 * RATE_HZ)), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(sos, rng.standard_normal(samples)))


def slow_curve(rng: np.random.Generator, samples: int, rate_hz: float) -> Sound:
    """A smooth random curve in [0, 1] that changes about `rate_hz` times a second."""
    points = max(4, round(samples / RATE_HZ * rate_hz) + 2)
    places = np.linspace(0, points - 1, samples)
    return np.interp(places, np.arange(points), rng.uniform(0, 1, points))


def seconds_of(samples: int) -> Sound:
    return np.arange(samples) / RATE_HZ


def random_events(
    rng: np.random.Generator, samples: int, per_second: float, event: Callable[[], Sound]
) -> Sound:
    """Events at random times, of random strength."""
    sound = np.zeros(samples + RATE_HZ)
    for _ in range(max(3, rng.poisson(per_second * samples / RATE_HZ))):
        made, at = event(), int(rng.integers(samples))
        end = min(len(sound), at + len(made))
        sound[at:end] += made[: end - at] * rng.lognormal(0, 0.5)
    return sound[:samples]


def regular_events(
    rng: np.random.Generator, samples: int, period_s: float, jitter: float, event: Callable[[], Sound]
) -> Sound:
    """Events at nearly regular times."""
    sound, at = np.zeros(samples + RATE_HZ), rng.uniform(0, period_s)
    while at * RATE_HZ < samples:
        made, first = event(), round(at * RATE_HZ)
        end = min(len(sound), first + len(made))
        sound[first:end] += made[: end - first] * rng.uniform(0.7, 1.3)
        at += period_s * max(0.2, 1 + jitter * rng.standard_normal())
    return sound[:samples]


def decaying(carrier: Sound, decay_s: float) -> Sound:
    return carrier * np.exp(-seconds_of(len(carrier)) / decay_s)
