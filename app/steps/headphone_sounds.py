"""The sounds of the headphone check, and what is right of each; pure.

Antiphase: of three tones, the softest is to be named. One is in antiphase between the ears; loudspeakers,
whose sounds meet in the air, make that one seem the softest (Woods et al. 2017, Attention, Perception &
Psychophysics). Huggins pitch: of three noises, one has a pitch that arises between the ears alone, so that
nobody hears it without headphones (Milne et al. 2021, Behavior Research Methods). Sides: a tone is in the
left ear, in both, or in the right. With one earpiece alone, a tone in that ear is the same as one in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.stimuli.clear_words import FULL_SCALE, encode

Part = Literal["sides", "antiphase", "huggins"]
Samples = NDArray[np.float64]

TONE_HZ = 200.0
AMPLITUDE = 0.2  # a root mean square of -16.99 dB re full scale
TARGET_DB = -6.0
PITCH_HZ = 600.0
BAND = 0.06  # on either side of the pitch, relative to it
NOISE_RMS = 0.1  # that of the noise for setting the volume, and of the clips
BURST_S, GAP_S, RAMP_S = 1.0, 0.5, 0.1
# A tone of 200 Hz needs no more, and small files come sooner; the noise is white over all that is heard.
RATES_HZ: dict[Part, int] = {"sides": 8_000, "antiphase": 8_000, "huggins": 44_100}


@dataclass(frozen=True)
class Sound:
    """Bursts one after the other; `right` is the right answer, 1 to 3."""

    part: Part
    bursts: tuple[str, ...]
    right: int


SOUNDS: dict[Part, tuple[Sound, ...]] = {
    "sides": tuple(Sound("sides", (name,), place) for place, name in enumerate(("left", "both", "right"), 1)),
    "antiphase": tuple(
        Sound("antiphase", order, order.index("target") + 1)
        for order in permutations(("standard", "foil", "target"))
    ),
    "huggins": tuple(
        Sound("huggins", tuple("pitch" if n == place else "noise" for n in range(3)), place + 1)
        for place in range(3)
    ),
}
# What the left and the right ear get of the tone.
_EARS = {
    "left": (1.0, 0.0),
    "both": (1.0, 1.0),
    "right": (0.0, 1.0),
    "standard": (1.0, 1.0),
    "foil": (1.0, -1.0),
    "target": (10 ** (TARGET_DB / 20),) * 2,
}


def drawn(parts: Sequence[Part], secret: np.random.Generator) -> list[Sound]:
    """A sound for each of `parts`, in which those of one part lie together.

    A part has each of its sounds equally often, as far as their number allows, in random order.
    """
    sounds: list[Sound] = []
    for part in dict.fromkeys(parts):
        wanted, known = parts.count(part), SOUNDS[part]
        places = secret.permutation(-(-wanted // len(known)) * len(known))[:wanted]
        sounds += [known[place % len(known)] for place in places]
    return sounds


def wav(sound: Sound, random: np.random.Generator) -> bytes:
    """A stereo WAV file of 16-bit samples; those of one part have one length and one header.

    `random` is for the noise.
    """
    rate_hz = RATES_HZ[sound.part]
    gap = np.zeros((round(GAP_S * rate_hz), 2))
    pieces = [_burst(sound.bursts[0], rate_hz, random)]
    for name in sound.bursts[1:]:
        pieces += [gap, _burst(name, rate_hz, random)]
    # Beyond five standard deviations a noise would leave the range; that is one sample in a million.
    samples = np.clip(np.concatenate(pieces), -1, 1)
    return encode(np.rint(samples * FULL_SCALE).astype("<i2"), rate_hz)


def _burst(name: str, rate_hz: int, random: np.random.Generator) -> Samples:
    """One burst with its ramps, shape (samples, 2), full scale 1."""
    count = round(BURST_S * rate_hz)
    if name in _EARS:
        tone = AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * np.arange(count) / rate_hz)
        both = tone[:, None] * np.array(_EARS[name])
    else:
        left = NOISE_RMS * random.standard_normal(count)
        both = np.stack([left, _shifted(left, rate_hz) if name == "pitch" else left], axis=1)
    return np.asarray(both * _ramps(count, rate_hz)[:, None])


def _shifted(noise: Samples, rate_hz: int) -> Samples:
    """The noise with the phase of a narrow band turned by 180 degrees."""
    spectrum = np.fft.rfft(noise)
    distance = np.abs(np.fft.rfftfreq(len(noise), 1 / rate_hz) - PITCH_HZ)
    spectrum[distance <= BAND * PITCH_HZ] *= -1
    return np.fft.irfft(spectrum, len(noise))


def _ramps(count: int, rate_hz: int) -> Samples:
    """Raised cosines at both ends."""
    length = round(RAMP_S * rate_hz)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
    return np.concatenate([rise, np.ones(count - 2 * length), rise[::-1]])
