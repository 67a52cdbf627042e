"""Backgrounds that words are spoken in: instances of the synthetic textures, and recordings from a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.signal import resample_poly

from synthesis.common.errors import UserError
from synthesis.common.stopping import look
from synthesis.media.folders import SOUND_FILES, stimulus_files
from synthesis.speech.engine import Waveform
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.speech.textures import TEXTURES, make_texture

_SECONDS = 4.0
_MOST_S = 120.0
UNNAMED = -1
"""The class of a recording: it is mixed in, but no answer of the background task."""
_SEEDS = {"training": 1, "validation": 2, "test": 3}


@dataclass(frozen=True)
class Backgrounds:
    """Sounds longer than a clip with the class of each; a clip takes a random piece of one."""

    sounds: tuple[Waveform, ...]
    classes: tuple[int, ...]

    def draw(self, rng: np.random.Generator, samples: int) -> tuple[Waveform, int]:
        """A piece of a random sound, shape (samples,), at RMS 1, and its class."""
        index = int(rng.integers(len(self.sounds)))
        sound = self.sounds[index]
        start = int(rng.integers(len(sound) - samples + 1))
        piece = sound[start : start + samples]
        return piece / max(float(np.sqrt(np.mean(piece**2))), 1e-6), self.classes[index]


def make_backgrounds(
    part: Literal["training", "validation", "test"], per_class: int, folder: Path | None, share: float = 0.25
) -> Backgrounds:
    """`per_class` instances of each texture, others for each part, and pieces of the folder's recordings.

    `share` is the recordings' part of all draws. Raises `UserError` for a folder without recordings.
    """
    pieces = _pieces(folder) if folder is not None and part == "training" else []
    sounds, classes = [], []
    for number, name in enumerate(TEXTURES):
        rng = np.random.default_rng([_SEEDS[part], number])
        for _ in range(per_class):
            look()
            sounds.append(make_texture(name, rng, _SECONDS))
            classes.append(number)
    if pieces:
        copies = max(1, round(len(sounds) * share / (1 - share) / len(pieces)))
        sounds += pieces * copies
        classes += [UNNAMED] * len(pieces) * copies
    return Backgrounds(tuple(sounds), tuple(classes))


def _pieces(folder: Path) -> list[Waveform]:
    import soundfile

    pieces = []
    for path in stimulus_files(folder, SOUND_FILES):
        look()
        try:
            with soundfile.SoundFile(path) as file:
                sound = file.read(int(_MOST_S * file.samplerate), dtype="float32", always_2d=True).mean(1)
                rate_hz = file.samplerate
        except (OSError, RuntimeError) as error:
            raise UserError(f"{path}: cannot be read as sound ({error})") from None
        if not np.isfinite(sound).all():
            raise UserError(f"{path}: has samples that are NaN or infinite")
        mono = resample_poly(sound, SAMPLE_RATE_HZ, rate_hz).astype(np.float32)
        if len(mono) < _SECONDS * SAMPLE_RATE_HZ:
            raise UserError(f"{path}: is shorter than {_SECONDS:g} s; a background must be longer")
        pieces += list(np.array_split(mono, len(mono) // int(_SECONDS * SAMPLE_RATE_HZ)))
    return pieces
