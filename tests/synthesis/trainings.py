"""A corpus of tones, and the spec of a training that is small enough for tests."""

from pathlib import Path

from synthesis.common.yaml_file import load_yaml
from synthesis.process.progress import Uncounted
from synthesis.speech.corpus import build_corpus
from synthesis.speech.corpus_spec import CorpusSpec, VoiceSpec
from synthesis.training.spec import TrainSpec
from tests.synthesis.tones import ToneEngine

WORDS = ("ability", "believe", "college", "daughter", "economic")
TINY = """
corpora: [corpus]
network: {filters: 8, sample_factor: 1, widths: [4, 4, 4, 4, 4], fc_width: 8, dropout: 0.1}
backgrounds: {per_class: 1}
examples: 48
batch: 8
validate_every: 16
validation_clips: 8
"""


def tone_folder(folder: Path, takes: tuple[int, ...] = (5, 3)) -> Path:
    """`folder` with a corpus in it: one or two voices to train on, with so many takes, one held out."""
    (folder / "words.txt").write_text("\n".join(WORDS))
    voices = [
        VoiceSpec(engine="tones", voice=voice, takes=number)
        for voice, number in zip(("low", "middle"), takes, strict=False)
    ]
    voices.append(VoiceSpec(engine="tones", voice="high", takes=1, held_out=True))
    spec = CorpusSpec(voices=voices, vocabulary=folder / "words.txt")
    build_corpus(spec, folder / "corpus", Uncounted(), lambda _: ToneEngine())
    return folder


def spec_of(folder: Path, text: str) -> TrainSpec:
    (folder / "spec.yaml").write_text(text)
    return load_yaml(folder / "spec.yaml", TrainSpec)
