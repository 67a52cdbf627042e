"""Running speech: recordings as they were spoken, and where each word of the vocabulary is in them."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthesis.speech.engine import Waveform
from synthesis.speech.takes import SAMPLE_RATE_HZ, to_level

SHORTEST_S, LONGEST_S = 0.06, 1.8
_APART_S = 3.0
"""Between words to train on and words to validate with: no window of one meets one of the other."""
Span = tuple[float, float]


@dataclass(frozen=True)
class RunningSpeech:
    """Recordings of one voice at 20 kHz, one after the other.

    audio: int16, shape (samples,). ends: shape (recordings,), where each recording's samples end. words:
    shape (n,), places in the vocabulary. spans: shape (n, 2), first and last sample of each word, counted
    from the first recording's start.
    """

    audio: npt.NDArray[np.int16]
    ends: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]

    def take(self, index: int) -> Waveform:
        """The index-th word alone, shape (samples,)."""
        return self.piece(index, *self.spans[index])

    def piece(self, index: int, first: int, last: int) -> Waveform:
        """Samples of the index-th word's recording, shape (last - first,); zeros beyond its ends."""
        recording = int(np.searchsorted(self.ends, self.spans[index, 0], side="right"))
        begin = int(self.ends[recording - 1]) if recording else 0
        end = int(self.ends[recording])
        piece = np.zeros(last - first, np.float32)
        low, high = max(first, begin), min(last, end)
        piece[low - first : high - first] = self.audio[low:high].astype(np.float32) / np.float32(32767)
        return piece

    def split(self, share: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Places of the last `share` of words, and of those that are at least 3 s before any of them."""
        order = np.argsort(self.spans[:, 0], kind="stable")
        last = order[len(order) - max(1, round(share * len(order))) :] if len(order) else order
        if not len(last):
            return last, last
        apart = self.spans[:, 1] < self.spans[last, 0].min() - _APART_S * SAMPLE_RATE_HZ
        return np.sort(last), np.flatnonzero(apart)

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        np.savez(file, audio=self.audio, ends=self.ends, words=self.words, spans=self.spans)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "RunningSpeech":
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return cls(file["audio"], file["ends"], file["words"], file["spans"])

    @classmethod
    def join(cls, recordings: list[tuple[Waveform, list[tuple[int, Span]]]]) -> "RunningSpeech":
        """Pack recordings at 20 kHz, each with the words in it: place in the vocabulary, start and end in s.

        Words shorter than 60 ms or longer than 1.8 s, which no word lasts, are left out.
        """
        audio, ends, words, spans = [np.zeros(0, np.float32)], [], [], []
        before = 0
        for waveform, said in recordings:
            audio.append(to_level(waveform))
            for word, (start_s, end_s) in said:
                first, last = (round(at * SAMPLE_RATE_HZ) for at in (start_s, end_s))
                last = min(last, len(waveform))
                if SHORTEST_S <= (last - first) / SAMPLE_RATE_HZ <= LONGEST_S:
                    words.append(word)
                    spans.append((before + first, before + last))
            before += len(waveform)
            ends.append(before)
        return cls(
            np.round(np.concatenate(audio) * 32767).astype(np.int16),
            np.array(ends, np.int64),
            np.array(words, np.int64),
            np.array(spans, np.int64).reshape(-1, 2),
        )
