"""Synthetic backgrounds: classes of sound textures, each instance with parameters of its own.

They follow the idea of McDermott & Simoncelli (2011) that textures are told apart by simple statistics: the
spectrum, its modulations, and how sparse the events are. A background-trained network names the class.
"""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from synthesis.speech.engine import Waveform

RATE_HZ = 20_000
Texture = Callable[[np.random.Generator, int], np.ndarray]


def _coloured(rng: np.random.Generator, samples: int, slope: float) -> np.ndarray:
    """Gaussian noise whose power falls as frequency ** -slope above 20 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequencies_hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20.0)
    return np.fft.irfft(spectrum * frequencies_hz ** (-slope / 2), samples)


def _band(rng: np.random.Generator, samples: int, low_hz: float, high_hz: float) -> np.ndarray:
    sos = butter(2, (low_hz, min(high_hz, 0.48 * RATE_HZ)), "bandpass", fs=RATE_HZ, output="sos")
    return sosfilt(sos, rng.standard_normal(samples))


def _slow(rng: np.random.Generator, samples: int, rate_hz: float) -> np.ndarray:
    """A smooth random curve in [0, 1] that changes about `rate_hz` times a second."""
    points = max(4, round(samples / RATE_HZ * rate_hz) + 2)
    places = np.linspace(0, points - 1, samples)
    return np.interp(places, np.arange(points), rng.uniform(0, 1, points))


def _time_s(samples: int) -> np.ndarray:
    return np.arange(samples) / RATE_HZ


def _events(
    rng: np.random.Generator, samples: int, per_second: float, event: Callable[[], np.ndarray]
) -> np.ndarray:
    """Events at random times, of random strength."""
    sound = np.zeros(samples + RATE_HZ)
    for _ in range(max(3, rng.poisson(per_second * samples / RATE_HZ))):
        made, at = event(), rng.integers(samples)
        end = min(len(sound), at + len(made))
        sound[at:end] += made[: end - at] * rng.lognormal(0, 0.5)
    return sound[:samples]


def _repeated(
    rng: np.random.Generator, samples: int, period_s: float, jitter: float, event: Callable[[], np.ndarray]
) -> np.ndarray:
    """Events at nearly regular times."""
    sound, at = np.zeros(samples + RATE_HZ), rng.uniform(0, period_s)
    while at * RATE_HZ < samples:
        made, first = event(), round(at * RATE_HZ)
        end = min(len(sound), first + len(made))
        sound[first:end] += made[: end - first] * rng.uniform(0.7, 1.3)
        at += period_s * max(0.2, 1 + jitter * rng.standard_normal())
    return sound[:samples]


def _decaying(rng: np.random.Generator, carrier: np.ndarray, decay_s: float) -> np.ndarray:
    return carrier * np.exp(-_time_s(len(carrier)) / decay_s)


def _white(rng: np.random.Generator, samples: int) -> np.ndarray:
    return _coloured(rng, samples, rng.uniform(-0.3, 0.3))


def _pink(rng: np.random.Generator, samples: int) -> np.ndarray:
    return _coloured(rng, samples, rng.uniform(0.8, 1.2))


def _rumble(rng: np.random.Generator, samples: int) -> np.ndarray:
    return _band(rng, samples, 30, rng.uniform(100, 250))


def _hiss(rng: np.random.Generator, samples: int) -> np.ndarray:
    return _band(rng, samples, rng.uniform(3500, 5500), 9500)


def _narrow_noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    centre_hz = np.exp(rng.uniform(np.log(400), np.log(2500)))
    return _band(rng, samples, centre_hz * 0.9, centre_hz * 1.12)


def _wind(rng: np.random.Generator, samples: int) -> np.ndarray:
    gusts = 0.15 + _slow(rng, samples, rng.uniform(1, 3)) ** 2
    return _band(rng, samples, 80, rng.uniform(400, 900)) * gusts


def _surf(rng: np.random.Generator, samples: int) -> np.ndarray:
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * (_time_s(samples) * rng.uniform(0.3, 0.7) + rng.uniform()))
    return _coloured(rng, samples, 0.7) * (0.05 + swell**2)


def _rain(rng: np.random.Generator, samples: int) -> np.ndarray:
    def drop() -> np.ndarray:
        return _decaying(rng, _band(rng, 200, 1500, 8000), rng.uniform(0.0008, 0.003))

    return _events(rng, samples, rng.uniform(200, 500), drop) + 0.02 * _coloured(rng, samples, 0)


def _fire(rng: np.random.Generator, samples: int) -> np.ndarray:
    def crackle() -> np.ndarray:
        return 3 * _decaying(rng, _band(rng, 400, 800, 7000), rng.uniform(0.001, 0.006))

    return _events(rng, samples, rng.uniform(8, 25), crackle) + 0.2 * _rumble(rng, samples)


def _applause(rng: np.random.Generator, samples: int) -> np.ndarray:
    def clap() -> np.ndarray:
        centre_hz = rng.uniform(800, 2200)
        return _decaying(rng, _band(rng, 1200, centre_hz * 0.6, centre_hz * 1.8), 0.012)

    return _events(rng, samples, rng.uniform(40, 120), clap)


def _bubbles(rng: np.random.Generator, samples: int) -> np.ndarray:
    def bubble() -> np.ndarray:
        time_s = _time_s(1200)
        start_hz = rng.uniform(300, 1400)
        return np.sin(2 * np.pi * start_hz * time_s * (1 + rng.uniform(3, 9) * time_s)) * np.exp(
            -time_s / rng.uniform(0.008, 0.02)
        )

    return _events(rng, samples, rng.uniform(12, 40), bubble)


def _birds(rng: np.random.Generator, samples: int) -> np.ndarray:
    def chirp() -> np.ndarray:
        time_s = _time_s(int(rng.uniform(0.05, 0.16) * RATE_HZ))
        sweep = rng.uniform(2000, 5500) + rng.uniform(-9000, 9000) * time_s
        trill = 300 * np.sin(2 * np.pi * rng.uniform(15, 45) * time_s)
        return np.sin(2 * np.pi * np.cumsum(sweep + trill) / RATE_HZ) * np.hanning(len(time_s))

    return _events(rng, samples, rng.uniform(4, 9), chirp) + 0.01 * _pink(rng, samples)


def _crickets(rng: np.random.Generator, samples: int) -> np.ndarray:
    time_s = _time_s(samples)
    pulses = np.maximum(0, np.sin(2 * np.pi * rng.uniform(18, 40) * time_s))
    chirps = (np.sin(2 * np.pi * rng.uniform(1.5, 4) * time_s + rng.uniform(0, 6)) > -0.3).astype(float)
    return np.sin(2 * np.pi * rng.uniform(3800, 6500) * time_s) * pulses * chirps


def _engine(rng: np.random.Generator, samples: int) -> np.ndarray:
    speed_hz = rng.uniform(22, 55) * (1 + 0.05 * _slow(rng, samples, 2))
    phase = np.cumsum(speed_hz) / RATE_HZ
    pulses = np.exp(-((phase % 1) * rng.uniform(6, 14)))
    return (pulses - pulses.mean()) * (1 + 0.3 * rng.standard_normal(samples))


def _hum(rng: np.random.Generator, samples: int) -> np.ndarray:
    time_s, mains_hz = _time_s(samples), rng.choice([50.0, 60.0]) * rng.uniform(0.99, 1.01)
    harmonics = [
        rng.uniform(0.3, 1) / order * np.sin(2 * np.pi * (mains_hz * order * time_s + rng.uniform()))
        for order in (1, 2, 3, 4, 6, 8, 10, 12)
    ]
    return np.sum(harmonics, axis=0) + 0.01 * rng.standard_normal(samples)


def _bells(rng: np.random.Generator, samples: int) -> np.ndarray:
    def bell() -> np.ndarray:
        time_s, base_hz = _time_s(RATE_HZ), rng.uniform(350, 1200)
        partials = [
            np.sin(2 * np.pi * base_hz * ratio * time_s) / ratio for ratio in (0.5, 1, 1.19, 1.56, 2, 2.74)
        ]
        return np.sum(partials, axis=0) * np.exp(-time_s / rng.uniform(0.15, 0.5))

    return _events(rng, samples, rng.uniform(1.5, 4), bell)


def _chord(rng: np.random.Generator, samples: int) -> np.ndarray:
    time_s, root_hz = _time_s(samples), rng.uniform(110, 330)
    notes = root_hz * 2.0 ** (np.array(rng.choice([(0, 4, 7), (0, 3, 7), (0, 5, 9)])) / 12)
    tones = [
        np.sin(2 * np.pi * (note * order * time_s + rng.uniform())) / order
        for note in notes
        for order in range(1, 7)
    ]
    return np.sum(tones, axis=0) * (0.6 + 0.4 * _slow(rng, samples, 1))


def _arpeggio(rng: np.random.Generator, samples: int) -> np.ndarray:
    root_hz, decay_s = rng.uniform(180, 400), rng.uniform(0.08, 0.25)

    def note() -> np.ndarray:
        time_s = _time_s(RATE_HZ // 2)
        pitch_hz = root_hz * 2.0 ** (rng.choice([0, 2, 4, 7, 9, 12, 14]) / 12)
        tone = sum(np.sin(2 * np.pi * pitch_hz * order * time_s) / order**1.5 for order in range(1, 6))
        return np.asarray(tone) * np.exp(-time_s / decay_s)

    return _repeated(rng, samples, rng.uniform(0.12, 0.3), 0.01, note)


def _beeps(rng: np.random.Generator, samples: int) -> np.ndarray:
    pitch_hz, length_s = rng.uniform(700, 2500), rng.uniform(0.06, 0.15)
    tone = np.sin(2 * np.pi * pitch_hz * _time_s(int(length_s * RATE_HZ)))
    tone *= np.minimum(1, 10 * np.hanning(len(tone)))
    return _repeated(rng, samples, rng.uniform(0.25, 0.6), 0.0, lambda: tone)


def _siren(rng: np.random.Generator, samples: int) -> np.ndarray:
    glide = np.sin(2 * np.pi * (rng.uniform(0.4, 1.5) * _time_s(samples) + rng.uniform()))
    pitch_hz = rng.uniform(650, 1100) * 2.0 ** (rng.uniform(0.3, 0.7) * glide)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    return np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)


def _footsteps(rng: np.random.Generator, samples: int) -> np.ndarray:
    def step() -> np.ndarray:
        thud = _decaying(rng, _band(rng, 3000, 60, 300), rng.uniform(0.02, 0.05))
        return 4 * thud + 0.3 * _decaying(rng, _band(rng, 3000, 1500, 6000), 0.01)

    return _repeated(rng, samples, rng.uniform(0.35, 0.65), 0.05, step)


def _train(rng: np.random.Generator, samples: int) -> np.ndarray:
    gap = int(rng.uniform(0.08, 0.15) * RATE_HZ)

    def clatter() -> np.ndarray:
        strike = 3 * _decaying(rng, _band(rng, 2000, 200, 2500), 0.015)
        both = np.zeros(gap + 2000)
        both[:2000] += strike
        both[gap:] += 0.8 * strike
        return both

    return _repeated(rng, samples, rng.uniform(0.45, 0.8), 0.02, clatter) + 0.2 * _rumble(rng, samples)


def _typing(rng: np.random.Generator, samples: int) -> np.ndarray:
    def key() -> np.ndarray:
        return _decaying(rng, _band(rng, 600, 2000, 7000), 0.003) + 2 * _decaying(
            rng, _band(rng, 600, 300, 900), 0.006
        )

    return _repeated(rng, samples, rng.uniform(0.1, 0.2), 0.5, key)


def _hall(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Many far syllable-like bursts in a reverberant room, none of them speech."""

    def syllable() -> np.ndarray:
        length = int(rng.uniform(0.08, 0.2) * RATE_HZ)
        voice = np.sign(np.sin(2 * np.pi * rng.uniform(90, 260) * _time_s(length)))
        formant_hz = rng.uniform(400, 1800)
        sos = butter(1, (formant_hz * 0.8, formant_hz * 1.25), "bandpass", fs=RATE_HZ, output="sos")
        return sosfilt(sos, voice) * np.hanning(length)

    room = _decaying(rng, rng.standard_normal(RATE_HZ // 3), 0.08)
    return fftconvolve(_events(rng, samples, rng.uniform(25, 45), syllable), room)[:samples]


TEXTURES: dict[str, Texture] = {
    "white noise": _white, "pink noise": _pink, "rumble": _rumble, "hiss": _hiss,
    "narrow noise": _narrow_noise, "wind": _wind, "surf": _surf, "rain": _rain, "fire": _fire,
    "applause": _applause, "bubbles": _bubbles, "birds": _birds, "crickets": _crickets, "engine": _engine,
    "mains hum": _hum, "bells": _bells, "chord": _chord, "arpeggio": _arpeggio, "beeps": _beeps,
    "siren": _siren, "footsteps": _footsteps, "train": _train, "typing": _typing, "hall": _hall,
}  # fmt: skip


def make_texture(name: str, rng: np.random.Generator, seconds: float) -> Waveform:
    """One instance of a class at 20 kHz, shape (samples,), mean 0 and RMS 0.1 (peaks may pass 1)."""
    sound = TEXTURES[name](rng, round(seconds * RATE_HZ))
    sound = sound - sound.mean()
    return (sound * (0.1 / max(float(np.sqrt(np.mean(sound**2))), 1e-12))).astype(np.float32)
