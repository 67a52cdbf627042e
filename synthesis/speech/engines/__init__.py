"""The speech engines that a corpus can name, each loaded only when it is asked for."""

from collections.abc import Callable

from synthesis.common.errors import UserError
from synthesis.speech.engine import SpeechEngine


def _hibari() -> SpeechEngine:
    from synthesis.speech.engines.hibari import HibariEngine

    return HibariEngine()


def _espeak() -> SpeechEngine:
    from synthesis.speech.engines.espeak import EspeakEngine

    return EspeakEngine()


def _flite() -> SpeechEngine:
    from synthesis.speech.engines.flite import FliteEngine

    return FliteEngine()


def _kokoro() -> SpeechEngine:
    from synthesis.speech.engines.kokoro import KokoroEngine

    return KokoroEngine()


ENGINES: dict[str, Callable[[], SpeechEngine]] = {
    "hibari": _hibari,
    "espeak": _espeak,
    "flite": _flite,
    "kokoro": _kokoro,
}


def load_engine(name: str) -> SpeechEngine:
    """The engine called `name`. Raises `EngineMissing` if it is not installed, `UserError` if unknown."""
    if name not in ENGINES:
        raise UserError(f"no speech engine {name!r}; there are {', '.join(ENGINES)}")
    return ENGINES[name]()
