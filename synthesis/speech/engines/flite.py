"""flite: small diphone and statistical voices of Carnegie Mellon University, from the system's library."""

import ctypes
import ctypes.util
import subprocess
from collections.abc import Sequence
from typing import Any

import numpy as np

from synthesis.speech.engine import EngineMissing, Spoken, SpokenSentence

_VOICES = {"kal16": "cmu_us_kal16", "slt": "cmu_us_slt", "rms": "cmu_us_rms", "awb": "cmu_us_awb"}


class _Wave(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


_PLACE, _TEXT = ctypes.c_void_p, ctypes.c_char_p
_SENTENCES: dict[str, tuple[Any, list[Any]]] = {
    "flite_synth_text": (_PLACE, [_TEXT, _PLACE]),
    "utt_wave": (ctypes.POINTER(_Wave), [_PLACE]),
    "utt_relation": (_PLACE, [_PLACE, _TEXT]),
    "relation_head": (_PLACE, [_PLACE]),
    "item_next": (_PLACE, [_PLACE]),
    "ffeature_string": (_TEXT, [_PLACE, _TEXT]),
    "ffeature_float": (ctypes.c_float, [_PLACE, _TEXT]),
    "delete_utterance": (None, [_PLACE]),
}
"""Functions of the library that synthesise step by step: what each returns, and its arguments."""
_SEGMENTS = (
    b"R:SylStructure.daughter1.daughter1.R:Segment.p.end",
    b"R:SylStructure.daughtern.daughtern.R:Segment.end",
)
"""Of a word: the end of the segment before its first, and that of its last, in seconds."""


class FliteEngine:
    """kal16 and slt (American), rms (American), awb (Scottish)."""

    name = "flite"
    licence = "BSD-like (flite); voices free, CMU ARCTIC"
    voices = tuple(_VOICES)

    def __init__(self) -> None:
        # The voices take their symbols from the three libraries below them.
        self._library = _global_library("flite")
        _global_library("flite_usenglish")
        _global_library("flite_cmulex")
        self._library.flite_init()
        self._library.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        self._library.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._library.delete_wave.argtypes = [ctypes.POINTER(_Wave)]
        set_float = self._library.flite_feat_set_float
        set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
        for name, (result, arguments) in _SENTENCES.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments
        self._loaded: dict[str, Any] = {}

    @property
    def version(self) -> str:
        said = subprocess.run(["flite", "--version"], capture_output=True, text=True, check=False)  # noqa: S607
        return next((line.strip() for line in said.stdout.splitlines() if "version" in line), "unknown")

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak; only kal16 follows `pitch` (the others model their own), and there is no noise to seed."""
        loaded = self._prepared(voice, rate, pitch)
        wave = self._library.flite_text_to_wave(text.encode(), loaded)
        spoken = _copied(wave)
        self._library.delete_wave(wave)
        return spoken

    def speak_sentence(
        self, words: Sequence[str], voice: str, *, rate: float, pitch: float, seed: int
    ) -> SpokenSentence:
        """Speak words as one sentence; a word lasts from its first segment to its last.

        None is timed if flite has read other words than were given, such as for a number.
        """
        library, loaded = self._library, self._prepared(voice, rate, pitch)
        utterance = library.flite_synth_text(" ".join(words).encode(), loaded)
        spoken = _copied(library.utt_wave(utterance))
        read, timed = list[str](), list[tuple[int, float, float]]()
        item = library.relation_head(library.utt_relation(utterance, b"Word"))
        while item:
            read.append(library.ffeature_string(item, b"name").decode().lower())
            start_s, end_s = (library.ffeature_float(item, path) for path in _SEGMENTS)
            timed.append((len(timed), start_s, end_s))
            item = library.item_next(item)
        library.delete_utterance(utterance)
        same = read == [word.lower() for word in words]
        return SpokenSentence(spoken, tuple(timed) if same else ())

    def _prepared(self, voice: str, rate: float, pitch: float) -> Any:
        loaded = self._voice(voice)
        features = ctypes.cast(loaded, ctypes.POINTER(_Voice)).contents.features
        self._library.flite_feat_set_float(features, b"duration_stretch", 1 / rate)
        if voice == "kal16":
            self._library.flite_feat_set_float(features, b"int_f0_target_mean", 100 * pitch)
        return loaded

    def _voice(self, voice: str) -> Any:
        if voice not in self._loaded:
            register = getattr(_global_library(f"flite_{_VOICES[voice]}"), f"register_{_VOICES[voice]}")
            register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
            self._loaded[voice] = register(None)
        return self._loaded[voice]


def _copied(wave: "ctypes._Pointer[_Wave]") -> Spoken:
    samples = np.ctypeslib.as_array(wave.contents.samples, (wave.contents.num_samples,))
    return Spoken(samples.astype(np.float32) / np.float32(32768), wave.contents.sample_rate)


def _global_library(name: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError:
        raise EngineMissing(
            "the speech engine flite is not installed: it is the system's package flite (Debian: "
            "apt-get install flite)"
        ) from None
