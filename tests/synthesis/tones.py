"""A speech engine for tests that need no speech: each word is a chord of its own, each voice a register."""

from collections.abc import Sequence

import numpy as np

from synthesis.speech.engine import Spoken, SpokenSentence

RATE_HZ = 16_000


class ToneEngine:
    """Implements `SpeechEngine`. Words are told apart by their two tones; rate and pitch do what they say."""

    name, licence, version = "tones", "public domain", "1"
    voices = ("low", "high", "middle")

    def __init__(self) -> None:
        self.spoken = 0

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        self.spoken += 1
        register = {"low": 1.0, "middle": 1.12, "high": 1.25}[voice] * pitch
        number = sum(map(ord, text)) % 16
        time_s = np.arange(round(0.3 / rate * RATE_HZ)) / RATE_HZ
        tones = [300 * register * 1.35 ** (number % 4), 1800 * register * 1.2 ** (number // 4)]
        wave = sum(np.sin(2 * np.pi * tone * time_s) for tone in tones) * np.hanning(len(time_s)) / 4
        silence = np.zeros(RATE_HZ // 10)
        return Spoken(np.concatenate([silence, wave, silence]).astype(np.float32), RATE_HZ)


class ToneSpeaker(ToneEngine):
    """Implements `SentenceEngine` too: words follow each other, each with its silence around it."""

    def speak_sentence(
        self, words: Sequence[str], voice: str, *, rate: float, pitch: float, seed: int
    ) -> SpokenSentence:
        said = [self.synthesise(word, voice, rate=rate, pitch=pitch, seed=seed).waveform for word in words]
        starts = np.cumsum([0, *map(len, said)]) / RATE_HZ
        timed = [
            (place, float(starts[place]) + 0.1, float(starts[place + 1]) - 0.1) for place in range(len(words))
        ]
        return SpokenSentence(Spoken(np.concatenate(said), RATE_HZ), tuple(timed))
