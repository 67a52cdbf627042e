"""Synthetic backgrounds: classes of sound textures, each instance with parameters of its own.

They follow the idea of McDermott & Simoncelli (2011) that textures are told apart by simple statistics: the
spectrum, its modulations, and how sparse the events are. A background-trained network names the class.
"""

from collections.abc import Callable

import numpy as np

from synthesis.speech.engine import Waveform
from synthesis.speech.textures import nature, things
from synthesis.speech.textures.parts import RATE_HZ, Sound

Texture = Callable[[np.random.Generator, int], Sound]

TEXTURES: dict[str, Texture] = {
    "white noise": nature.white,
    "pink noise": nature.pink,
    "rumble": nature.rumble,
    "hiss": nature.hiss,
    "narrow noise": nature.narrow_noise,
    "wind": nature.wind,
    "surf": nature.surf,
    "rain": nature.rain,
    "fire": nature.fire,
    "applause": nature.applause,
    "bubbles": nature.bubbles,
    "birds": nature.birds,
    "crickets": nature.crickets,
    "engine": things.engine,
    "mains hum": things.hum,
    "bells": things.bells,
    "chord": things.chord,
    "arpeggio": things.arpeggio,
    "beeps": things.beeps,
    "siren": things.siren,
    "footsteps": things.footsteps,
    "train": things.train,
    "typing": things.typing,
    "hall": things.hall,
}


def make_texture(name: str, rng: np.random.Generator, seconds: float) -> Waveform:
    """One instance of a class at 20 kHz, shape (samples,), mean 0 and RMS 0.1 (peaks may pass 1)."""
    sound = TEXTURES[name](rng, round(seconds * RATE_HZ))
    sound = sound - sound.mean()
    return np.asarray(sound * (0.1 / max(float(np.sqrt(np.mean(sound**2))), 1e-12)), np.float32)
