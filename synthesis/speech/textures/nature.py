"""Noises, weather, water, fire, animals, and many hands."""

import numpy as np

from synthesis.speech.textures.parts import (
    RATE_HZ,
    Sound,
    band_noise,
    coloured_noise,
    decaying,
    random_events,
    seconds_of,
    slow_curve,
)


def white(rng: np.random.Generator, samples: int) -> Sound:
    return coloured_noise(rng, samples, rng.uniform(-0.3, 0.3))


def pink(rng: np.random.Generator, samples: int) -> Sound:
    return coloured_noise(rng, samples, rng.uniform(0.8, 1.2))


def rumble(rng: np.random.Generator, samples: int) -> Sound:
    return band_noise(rng, samples, 30, rng.uniform(100, 250))


def hiss(rng: np.random.Generator, samples: int) -> Sound:
    return band_noise(rng, samples, rng.uniform(3500, 5500), 9500)


def narrow_noise(rng: np.random.Generator, samples: int) -> Sound:
    centre_hz = np.exp(rng.uniform(np.log(400), np.log(2500)))
    return band_noise(rng, samples, centre_hz * 0.9, centre_hz * 1.12)


def wind(rng: np.random.Generator, samples: int) -> Sound:
    gusts = 0.15 + slow_curve(rng, samples, rng.uniform(1, 3)) ** 2
    return band_noise(rng, samples, 80, rng.uniform(400, 900)) * gusts


def surf(rng: np.random.Generator, samples: int) -> Sound:
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * (seconds_of(samples) * rng.uniform(0.3, 0.7) + rng.uniform()))
    return coloured_noise(rng, samples, 0.7) * (0.05 + swell**2)


def rain(rng: np.random.Generator, samples: int) -> Sound:
    def drop() -> Sound:
        return decaying(band_noise(rng, 200, 1500, 8000), rng.uniform(0.0008, 0.003))

    return random_events(rng, samples, rng.uniform(200, 500), drop) + 0.02 * coloured_noise(rng, samples, 0)


def fire(rng: np.random.Generator, samples: int) -> Sound:
    def crackle() -> Sound:
        return 3 * decaying(band_noise(rng, 400, 800, 7000), rng.uniform(0.001, 0.006))

    return random_events(rng, samples, rng.uniform(8, 25), crackle) + 0.2 * rumble(rng, samples)


def applause(rng: np.random.Generator, samples: int) -> Sound:
    def clap() -> Sound:
        centre_hz = rng.uniform(800, 2200)
        return decaying(band_noise(rng, 1200, centre_hz * 0.6, centre_hz * 1.8), 0.012)

    return random_events(rng, samples, rng.uniform(40, 120), clap)


def bubbles(rng: np.random.Generator, samples: int) -> Sound:
    def bubble() -> Sound:
        time_s = seconds_of(1200)
        start_hz = rng.uniform(300, 1400)
        return np.sin(2 * np.pi * start_hz * time_s * (1 + rng.uniform(3, 9) * time_s)) * np.exp(
            -time_s / rng.uniform(0.008, 0.02)
        )

    return random_events(rng, samples, rng.uniform(12, 40), bubble)


def birds(rng: np.random.Generator, samples: int) -> Sound:
    def chirp() -> Sound:
        time_s = seconds_of(int(rng.uniform(0.05, 0.16) * RATE_HZ))
        sweep = rng.uniform(2000, 5500) + rng.uniform(-9000, 9000) * time_s
        trill = 300 * np.sin(2 * np.pi * rng.uniform(15, 45) * time_s)
        return np.sin(2 * np.pi * np.cumsum(sweep + trill) / RATE_HZ) * np.hanning(len(time_s))

    return random_events(rng, samples, rng.uniform(4, 9), chirp) + 0.01 * pink(rng, samples)


def crickets(rng: np.random.Generator, samples: int) -> Sound:
    time_s = seconds_of(samples)
    pulses = np.maximum(0, np.sin(2 * np.pi * rng.uniform(18, 40) * time_s))
    chirps = (np.sin(2 * np.pi * rng.uniform(1.5, 4) * time_s + rng.uniform(0, 6)) > -0.3).astype(float)
    return np.asarray(np.sin(2 * np.pi * rng.uniform(3800, 6500) * time_s) * pulses * chirps)
