"""What a speech engine is: a few named voices that turn a text into a waveform."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from synthesis.common.errors import UserError

Waveform = npt.NDArray[np.float32]
"""Mono, shape (samples,), in [-1, 1]."""


class EngineMissing(UserError):  # noqa: N818 (a state of the machine)
    """A speech engine that is not installed here; the message says how to install it."""


@dataclass(frozen=True)
class Spoken:
    """What an engine said, at its own sample rate."""

    waveform: Waveform
    sample_rate_hz: int


@dataclass(frozen=True)
class SpokenSentence:
    """What an engine said, and (place in the sentence, start, end in s) of each word whose times it knows."""

    spoken: Spoken
    words: tuple[tuple[int, float, float], ...]


class SpeechEngine(Protocol):
    """A synthesiser. Making one loads it, and raises `EngineMissing` where it cannot be loaded."""

    name: str
    licence: str

    @property
    def version(self) -> str:
        """What the corpus manifest records, so that a corpus can be made again."""

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices that are installed."""

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak `text`.

        Parameters
        ----------
        rate
            Speaking rate relative to the voice's own, about 0.7 to 1.4.
        pitch
            Fundamental frequency relative to the voice's own; an engine that cannot change it leaves it.
        seed
            Of the engine's own noise, where it has any.
        """


@runtime_checkable
class SentenceEngine(Protocol):
    """A synthesiser that says at which time of its waveform it speaks each word."""

    def speak_sentence(
        self, words: Sequence[str], voice: str, *, rate: float, pitch: float, seed: int
    ) -> SpokenSentence:
        """Speak words as one sentence; parameters as of `SpeechEngine.synthesise`."""
