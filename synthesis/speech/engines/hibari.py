"""hibari-tts: a small neural voice (American, female) that a Python package brings along."""

from importlib import metadata
from typing import Any

import numpy as np

from synthesis.speech.engine import EngineMissing, Spoken


class HibariEngine:
    """The voice `heart`, the only one that is in the package; the others would be downloaded."""

    name = "hibari"
    licence = "Apache-2.0"
    voices = ("heart",)

    def __init__(self) -> None:
        try:
            from hibari import Hibari
        except ImportError:
            raise EngineMissing(
                "the speech engine hibari is not installed: pip install hibari-tts==0.2.1"
            ) from None
        self._speak: Any = Hibari(voice="heart", threads=1)

    @property
    def version(self) -> str:
        return metadata.version("hibari-tts")

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak; the pitch cannot be changed."""
        waveform = np.asarray(self._speak(text, speed=rate, seed=seed), np.float32)
        return Spoken(waveform, self._speak.sample_rate)

    def phonemes(self, text: str) -> str:
        """The text in the phoneme alphabet of misaki, which Kokoro's voices read too."""
        return " ".join(self._speak.phonemize(text))
