"""`audio.word_accuracy.MODEL.CONDITION`: words of voices never heard, named by the weights that ship.

Held out of every training: flite's rms and awb, espeak's en-US+f5, Kokoro's am_michael and bf_isabella. Each
engine that is installed speaks the vocabulary once with its usual rate and pitch; the takes are kept in
var/bench/held_out. `all` is the mean over voices; a control network of random weights is at chance.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from synthesis.networks.registry import load_network
from synthesis.process.progress import Steps
from synthesis.speech.corpus import build_corpus, planned_takes, read_manifest
from synthesis.speech.corpus_spec import CorpusSpec, VoiceSpec
from synthesis.speech.engine import EngineMissing
from synthesis.speech.engines import load_engine
from synthesis.training.backgrounds import make_backgrounds
from synthesis.training.held_out import CONDITIONS, VoiceAccuracy, voice_accuracies
from synthesis.training.voices import read_spoken_words

ROBUST = ("word_standard", "word_random_step_cochleagram", "word_robust_cochleagram")
OBSERVERS = ("word_cochcnn", "word_reduced_aliasing")
AT_57 = ("word_cochcnn_at_57", "word_reduced_aliasing_at_57", "both_reduced_aliasing")
MODELS = (*OBSERVERS, *AT_57, *ROBUST)
CONTROL = "random_reduced_aliasing"
HELD_OUT = {
    "flite": ("rms", "awb"),
    "espeak": ("en-US+f5",),
    "kokoro": ("am_michael", "bf_isabella"),
}
SHARES = {"kokoro": 0.34}
"""Of the vocabulary: Kokoro takes half a second per word."""
_TEXTURES_PER_CLASS = 4


def word_accuracy_lines(
    cache: Path, models: tuple[str, ...] = (*MODELS, CONTROL)
) -> Iterator[dict[str, Any]]:
    """One line per model and condition: the mean over voices, each voice's share, and n of clips."""
    spoken = read_spoken_words(held_out_corpora(cache), "test")
    backgrounds = make_backgrounds("test", _TEXTURES_PER_CLASS, None)
    for model in models:
        network = load_network(model)
        answers = network.answers or spoken.vocabulary
        found = list(voice_accuracies(network.module, answers, spoken, backgrounds))
        for condition in CONDITIONS:
            yield _line(model, condition, [one for one in found if one.condition == condition])


def held_out_corpora(cache: Path) -> list[Path]:
    """A corpus of each engine that is installed."""
    return [folder for engine in HELD_OUT if (folder := _corpus(engine, cache)) is not None]


def _line(model: str, condition: str, found: list[VoiceAccuracy]) -> dict[str, Any]:
    shares = {one.voice: one.right / one.n for one in found}
    return {
        "name": f"audio.word_accuracy.{model}.{condition}",
        "value": round(mean(shares.values()), 4),
        "unit": "share of clips, mean over voices",
        "n": sum(one.n for one in found),
        "voices": {voice: round(share, 4) for voice, share in shares.items()},
        "control": model == CONTROL,
    }


def _corpus(engine: str, cache: Path) -> Path | None:
    """The held-out voices of one engine; None, and a line that says so, where it is not installed."""
    share = SHARES.get(engine, 1.0)
    voices = [VoiceSpec(engine=engine, voice=voice, share=share, held_out=True) for voice in HELD_OUT[engine]]
    usual = (1.0, 1.0)
    spec = CorpusSpec(voices=voices, rate=usual, pitch=usual, resampling=usual)
    if _is_finished(cache / engine, spec):
        return cache / engine
    with Steps(f"voices of {engine}", len(voices)) as steps:
        try:
            build_corpus(spec, cache / engine, steps, load_engine)
        except EngineMissing as missing:
            steps.say(f"left out: {missing}")
            return None
    return cache / engine


def _is_finished(folder: Path, spec: CorpusSpec) -> bool:
    """Whether the takes are there, so that the engine, which may have gone, need not be."""
    if not (folder / "manifest.json").exists():
        return False
    manifest = read_manifest(folder)
    return manifest.spec == spec and len(manifest.shards) == len(planned_takes(spec))
