"""espeak-ng: formant synthesis with many accents and speaker variants, through its C interface.

The library comes with the package `espeakng-loader`, or from the system.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from synthesis.speech.engine import EngineMissing, Spoken, SpokenSentence

_SYNCHRONOUS = 2
_UTF8 = 1
_RATE, _PITCH = 1, 3
_USUAL_WORDS_PER_MINUTE = 160
_USUAL_PITCH = 50
_WORD, _END = 1, 5


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    """`text_position` counts characters from 1, `audio_position` milliseconds; a type of 0 ends a list."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)
ACCENTS = ("en-US", "en", "en-GB-x-rp", "en-GB-scotland", "en-GB-x-gbclan", "en-GB-x-gbcwmd", "en-029")
VARIANTS = ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5")


class EspeakEngine:
    """Voices are called ACCENT+VARIANT, as in `en-US+f2`; one per process, as the library has one state."""

    name = "espeak"
    licence = "GPL-3.0"
    voices = tuple(f"{accent}+{variant}" for accent in ACCENTS for variant in VARIANTS)

    def __init__(self) -> None:
        self._library, self.version, data = _load()
        path = data.encode() if data else None
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 500, path, 0)
        if rate <= 0:
            raise EngineMissing("the speech engine espeak-ng does not start: its voice data are missing")
        self._sample_rate_hz: int = rate
        self._chunks: list[np.ndarray] = []
        self._starts: list[tuple[int, float]] = []
        self._end_s = 0.0
        self._callback = _CALLBACK(self._keep)  # kept, or the library would call freed memory
        self._library.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak; there is no noise of its own to seed. Pitch is set on the engine's scale of 0 to 100."""
        self._choose(voice)
        self._library.espeak_SetParameter(_RATE, round(_USUAL_WORDS_PER_MINUTE * rate), 0)
        self._library.espeak_SetParameter(_PITCH, round(np.clip(_USUAL_PITCH * pitch, 0, 99)), 0)
        self._chunks, self._starts = [], []
        said = text.encode() + b"\0"
        self._library.espeak_Synth(said, len(said), 0, 0, 0, _UTF8, None, None)
        joined = np.concatenate([*self._chunks, np.zeros(0, np.int16)])
        return Spoken(joined.astype(np.float32) / np.float32(32768), self._sample_rate_hz)

    def speak_sentence(
        self, words: Sequence[str], voice: str, *, rate: float, pitch: float, seed: int
    ) -> SpokenSentence:
        """Speak words as one sentence. A word lasts to the start of the next.

        Some pairs of common words are spoken as one, such as "of the"; neither is timed.
        """
        spoken = self.synthesise(" ".join(words), voice, rate=rate, pitch=pitch, seed=seed)
        position, places = 1, {}
        for place, word in enumerate(words):
            places[position] = place
            position += len(word) + 1
        starts = [(places[at], start_s) for at, start_s in self._starts if at in places]
        following = [*starts[1:], (len(words), self._end_s)][: len(starts)]
        timed = [
            (place, start_s, end_s)
            for (place, start_s), (after, end_s) in zip(starts, following, strict=True)
            if after == place + 1 and start_s < end_s
        ]
        return SpokenSentence(spoken, tuple(timed))

    def _choose(self, voice: str) -> None:
        if voice != self._voice and self._library.espeak_SetVoiceByName(f"gmw/{voice}".encode()) != 0:
            raise EngineMissing(f"espeak-ng has no voice {voice!r} here")
        self._voice = voice

    def _keep(
        self,
        samples: "ctypes._Pointer[ctypes.c_short]",
        count: int,
        events: "ctypes._Pointer[_Event]",
    ) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        number = 0
        while events and events[number].type:
            event, number = events[number], number + 1
            if event.type == _WORD:
                self._starts.append((event.text_position, event.audio_position / 1000))
            elif event.type == _END:
                self._end_s = event.audio_position / 1000
        return 0


def _load() -> tuple[ctypes.CDLL, str, str | None]:
    """The library, its version, and the folder of its voice data (None: the library knows)."""
    try:
        import espeakng_loader
    except ImportError:
        system = ctypes.util.find_library("espeak-ng")
        if system is None:
            raise EngineMissing(
                "the speech engine espeak is not installed: pip install espeakng-loader==0.2.4"
            ) from None
        return ctypes.CDLL(system), f"system {system}", None
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = Path(espeakng_loader.get_data_path())
    return library, f"espeakng-loader {metadata.version('espeakng-loader')}", str(data)
