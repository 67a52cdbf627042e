"""Machines, music, signals, steps, and a hall full of people."""

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from synthesis.speech.textures import nature
from synthesis.speech.textures.parts import (
    RATE_HZ,
    Sound,
    band_noise,
    decaying,
    random_events,
    regular_events,
    seconds_of,
    slow_curve,
)


def engine(rng: np.random.Generator, samples: int) -> Sound:
    speed_hz = rng.uniform(22, 55) * (1 + 0.05 * slow_curve(rng, samples, 2))
    phase = np.cumsum(speed_hz) / RATE_HZ
    pulses = np.exp(-((phase % 1) * rng.uniform(6, 14)))
    return np.asarray((pulses - pulses.mean()) * (1 + 0.3 * rng.standard_normal(samples)))


def hum(rng: np.random.Generator, samples: int) -> Sound:
    time_s, mains_hz = seconds_of(samples), rng.choice([50.0, 60.0]) * rng.uniform(0.99, 1.01)
    harmonics = [
        rng.uniform(0.3, 1) / order * np.sin(2 * np.pi * (mains_hz * order * time_s + rng.uniform()))
        for order in (1, 2, 3, 4, 6, 8, 10, 12)
    ]
    return np.asarray(np.sum(harmonics, axis=0) + 0.01 * rng.standard_normal(samples))


def bells(rng: np.random.Generator, samples: int) -> Sound:
    def bell() -> Sound:
        time_s, base_hz = seconds_of(RATE_HZ), rng.uniform(350, 1200)
        partials = [
            np.sin(2 * np.pi * base_hz * ratio * time_s) / ratio for ratio in (0.5, 1, 1.19, 1.56, 2, 2.74)
        ]
        return np.asarray(np.sum(partials, axis=0) * np.exp(-time_s / rng.uniform(0.15, 0.5)))

    return random_events(rng, samples, rng.uniform(1.5, 4), bell)


def chord(rng: np.random.Generator, samples: int) -> Sound:
    time_s, root_hz = seconds_of(samples), rng.uniform(110, 330)
    notes = root_hz * 2.0 ** (np.array(rng.choice([(0, 4, 7), (0, 3, 7), (0, 5, 9)])) / 12)
    tones = [
        np.sin(2 * np.pi * (note * order * time_s + rng.uniform())) / order
        for note in notes
        for order in range(1, 7)
    ]
    return np.asarray(np.sum(tones, axis=0) * (0.6 + 0.4 * slow_curve(rng, samples, 1)))


def arpeggio(rng: np.random.Generator, samples: int) -> Sound:
    root_hz, decay_s = rng.uniform(180, 400), rng.uniform(0.08, 0.25)

    def note() -> Sound:
        time_s = seconds_of(RATE_HZ // 2)
        pitch_hz = root_hz * 2.0 ** (rng.choice([0, 2, 4, 7, 9, 12, 14]) / 12)
        tone = sum(np.sin(2 * np.pi * pitch_hz * order * time_s) / order**1.5 for order in range(1, 6))
        return np.asarray(tone) * np.exp(-time_s / decay_s)

    return regular_events(rng, samples, rng.uniform(0.12, 0.3), 0.01, note)


def beeps(rng: np.random.Generator, samples: int) -> Sound:
    pitch_hz, length_s = rng.uniform(700, 2500), rng.uniform(0.06, 0.15)
    tone = np.sin(2 * np.pi * pitch_hz * seconds_of(int(length_s * RATE_HZ)))
    tone *= np.minimum(1, 10 * np.hanning(len(tone)))
    return regular_events(rng, samples, rng.uniform(0.25, 0.6), 0.0, lambda: tone)


def siren(rng: np.random.Generator, samples: int) -> Sound:
    glide = np.sin(2 * np.pi * (rng.uniform(0.4, 1.5) * seconds_of(samples) + rng.uniform()))
    pitch_hz = rng.uniform(650, 1100) * 2.0 ** (rng.uniform(0.3, 0.7) * glide)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    return np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)


def footsteps(rng: np.random.Generator, samples: int) -> Sound:
    def step() -> Sound:
        thud = decaying(band_noise(rng, 3000, 60, 300), rng.uniform(0.02, 0.05))
        return 4 * thud + 0.3 * decaying(band_noise(rng, 3000, 1500, 6000), 0.01)

    return regular_events(rng, samples, rng.uniform(0.35, 0.65), 0.05, step)


def train(rng: np.random.Generator, samples: int) -> Sound:
    gap = int(rng.uniform(0.08, 0.15) * RATE_HZ)

    def clatter() -> Sound:
        strike = 3 * decaying(band_noise(rng, 2000, 200, 2500), 0.015)
        both = np.zeros(gap + 2000)
        both[:2000] += strike
        both[gap:] += 0.8 * strike
        return both

    wheels = regular_events(rng, samples, rng.uniform(0.45, 0.8), 0.02, clatter)
    return wheels + 0.2 * nature.rumble(rng, samples)


def typing(rng: np.random.Generator, samples: int) -> Sound:
    def key() -> Sound:
        click = decaying(band_noise(rng, 600, 2000, 7000), 0.003)
        return click + 2 * decaying(band_noise(rng, 600, 300, 900), 0.006)

    return regular_events(rng, samples, rng.uniform(0.1, 0.2), 0.5, key)


def hall(rng: np.random.Generator, samples: int) -> Sound:
    """Many far syllable-like bursts in a reverberant room, none of them speech."""

    def syllable() -> Sound:
        length = int(rng.uniform(0.08, 0.2) * RATE_HZ)
        voice = np.sign(np.sin(2 * np.pi * rng.uniform(90, 260) * seconds_of(length)))
        formant_hz = rng.uniform(400, 1800)
        sos = butter(1, (formant_hz * 0.8, formant_hz * 1.25), "bandpass", fs=RATE_HZ, output="sos")
        return np.asarray(sosfilt(sos, voice) * np.hanning(length))

    room = decaying(rng.standard_normal(RATE_HZ // 3), 0.08)
    voices = random_events(rng, samples, rng.uniform(25, 45), syllable)
    return np.asarray(fftconvolve(voices, room)[:samples])
