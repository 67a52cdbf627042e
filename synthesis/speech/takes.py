"""Takes: single spoken words, trimmed, at the networks' sample rate and one level."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import resample

from synthesis.speech.engine import Spoken, Waveform

SAMPLE_RATE_HZ = 20_000
LEVEL = 0.1
"""RMS of a take; peaks above 1 are scaled back."""
_FRAME = 100  # 5 ms
_SILENCE_DB = 38.0
_MARGIN = 2  # frames kept on either side of what is heard
_LEAST_S, _MOST_S = 0.06, 1.8


@dataclass(frozen=True)
class Takes:
    """Spoken words of one voice, one after the other.

    audio: int16, shape (samples,). ends: shape (n,), where each word's samples end. words: shape (n,), its
    place in the vocabulary.
    """

    audio: npt.NDArray[np.int16]
    ends: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]

    def take(self, index: int) -> Waveform:
        """Waveform of the index-th spoken word, shape (samples,)."""
        start = self.ends[index - 1] if index else 0
        return self.audio[start : self.ends[index]].astype(np.float32) / np.float32(32767)

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        np.savez(file, audio=self.audio, ends=self.ends, words=self.words)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Takes":
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return cls(file["audio"], file["ends"], file["words"])

    @classmethod
    def join(cls, waveforms: list[Waveform], words: list[int]) -> "Takes":
        """Pack waveforms at LEVEL; `words` are their places in the vocabulary."""
        levelled = [to_level(waveform) for waveform in waveforms]
        audio = np.concatenate([np.zeros(0, np.float32), *levelled])
        ends = np.cumsum([len(waveform) for waveform in waveforms], dtype=np.int64)
        return cls(np.round(audio * 32767).astype(np.int16), ends, np.array(words, np.int64))


def to_level(waveform: Waveform) -> Waveform:
    """The waveform without its mean, at RMS LEVEL, scaled back where its peak would pass 1."""
    centred = waveform - waveform.mean()
    levelled = centred * (LEVEL / max(float(np.sqrt(np.mean(centred**2))), 1e-9))
    return np.asarray(levelled / max(1.0, float(np.abs(levelled).max(initial=0))), np.float32)


def to_take(spoken: Spoken, resampling: float = 1.0) -> Waveform | None:
    """What was said at 20 kHz, without the silence around it, all its frequencies times `resampling`.

    Returns None if what remains is shorter than 60 ms or longer than 1.8 s: no single word.
    """
    if not len(spoken.waveform) or not np.abs(spoken.waveform).max() > 0:
        return None
    samples = round(len(spoken.waveform) * SAMPLE_RATE_HZ / (spoken.sample_rate_hz * resampling))
    trimmed = trim(resample(spoken.waveform.astype(np.float32), samples).astype(np.float32))
    return trimmed if _LEAST_S <= len(trimmed) / SAMPLE_RATE_HZ <= _MOST_S else None


def trim(waveform: Waveform) -> Waveform:
    """Without what `audible` leaves out."""
    first, last = audible(waveform)
    return waveform[first:last]


def audible(waveform: Waveform) -> tuple[int, int]:
    """The first sample and the end of what is heard, without the frames at either end that are 38 dB or more
    below the loudest (10 ms of them are kept)."""
    frames = len(waveform) // _FRAME
    if not frames:
        return 0, len(waveform)
    power = (waveform[: frames * _FRAME].reshape(frames, _FRAME) ** 2).mean(1)
    heard = np.flatnonzero(power > power.max() * 10 ** (-_SILENCE_DB / 10))
    if not len(heard):
        return 0, len(waveform)
    first, last = int(heard[0]) - _MARGIN, int(heard[-1]) + 1 + _MARGIN
    return max(0, first) * _FRAME, min(last * _FRAME, len(waveform))
