"""Sounds as a kind of stimuli: clips of one length, served as mono WAV of 16 bits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthesis.bundle.formats import SoundFormat
from synthesis.common.errors import UserError
from synthesis.media import sounds
from synthesis.media.folders import SOUND_FILES, FileKind
from synthesis.media.medium import RecipeSettings, Stimulus, standardised
from synthesis.media.sound_drawing import EXPLAINED, drawn
from synthesis.media.sound_files import read_sound
from synthesis.networks.inputs import SoundInput

WAVEFORM = (-1.0, 1.0)


@dataclass(frozen=True)
class Sounds:
    """Clips of one length, served as mono WAV of 16 bits."""

    shown: SoundInput
    noun: ClassVar[str] = "sound"
    groups: ClassVar[str] = "words"
    conversion: ClassVar[str] = "polyphase, band-limited, the whole clip, rounded to 16 bits (SciPy)"
    explained: ClassVar[str] = EXPLAINED
    played: ClassVar[bool] = True
    files: ClassVar[FileKind] = SOUND_FILES
    media_type: ClassVar[str] = SoundFormat.media_type
    decisions: ClassVar[tuple[str, ...]] = ("words", "own", "letters", "readout", "none")
    alike: ClassVar[float] = 0.9
    preparations: ClassVar[tuple[str, ...]] = ("level",)

    @staticmethod
    def recipes() -> RecipeSettings:
        # Not at the top: it imports torch.
        from synthesis.media.noise import faint, pink

        fast = {"learning_rate": 8e-3, "beta1": 0.95, "beta2": 0.99}
        return {
            "fast": {**fast, "start": pink, "bounds": WAVEFORM},
            "feather2019": {"start": pink, "bounds": None},
            "feather2023": {"start": faint, "bounds": WAVEFORM},
        }

    @staticmethod
    def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
        return drawn(data, size)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.shown.samples,)

    def read(self, path: Path, prepare: str) -> Stimulus:
        return read_sound(path, self.shown)

    def encode(self, stimulus: Stimulus) -> bytes:
        return sounds.encode_wav(stimulus.astype(np.int16), self.shown.sample_rate_hz)

    def decode(self, data: bytes) -> Stimulus:
        sound, rate_hz = sounds.decode_wav(data)
        if (rate_hz, len(sound)) != (self.shown.sample_rate_hz, self.shown.samples):
            raise UserError(f"is not a sound of {self.shown.format}")
        return sound

    def adapt(self, data: bytes) -> Stimulus:
        sound, rate_hz = sounds.decode_wav(data)
        sounds.require_length(len(sound), rate_hz, self.shown)
        if rate_hz == self.shown.sample_rate_hz:
            return sound
        (waveform,) = sounds.to_input([sound]).astype(np.float64)
        changed = sounds.resampled(waveform, rate_hz, self.shown.sample_rate_hz)
        return sounds.to_sounds(sounds.cut(changed, self.shown.samples))

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        return sounds.to_input(stimuli)

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        return sounds.to_sounds(inputs)

    def fingerprint(self, stimulus: Stimulus) -> NDArray[np.float32]:
        return standardised(sounds.coarse_spectrogram(stimulus, self.shown.sample_rate_hz).reshape(1, -1))

    def white_noise(self, random: np.random.Generator) -> NDArray[np.float32]:
        level = np.float32(self.shown.rms)
        return level * random.standard_normal(self.shape, dtype=np.float32)
