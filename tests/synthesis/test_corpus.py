"""Corpora of spoken words: takes, shards, resuming, and the engines where they are installed."""

from pathlib import Path

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.process.progress import Uncounted
from synthesis.speech.corpus import build_corpus, read_manifest
from synthesis.speech.corpus_spec import CorpusSpec, VoiceSpec
from synthesis.speech.engine import EngineMissing, SpeechEngine, Spoken
from synthesis.speech.engines import ENGINES, load_engine
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes, to_level, to_take, trim
from synthesis.speech.textures import TEXTURES, make_texture
from tests.synthesis.tones import ToneEngine

WORDS = ("ability", "believe", "college", "daughter", "economic")


@pytest.fixture
def spec(tmp_path: Path) -> CorpusSpec:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(WORDS))
    voices = [
        VoiceSpec(engine="tones", voice="low", takes=2),
        VoiceSpec(engine="tones", voice="high", held_out=True),
    ]
    return CorpusSpec(voices=voices, vocabulary=path, seed=3)


def test_a_corpus_has_each_word_in_each_take_and_says_who_is_held_out(
    spec: CorpusSpec, tmp_path: Path
) -> None:
    manifest = build_corpus(spec, tmp_path / "corpus", Uncounted(), lambda _: ToneEngine())
    assert manifest == read_manifest(tmp_path / "corpus")
    assert [(shard.voice, shard.take, shard.held_out) for shard in manifest.shards] == [
        ("low", 0, False), ("low", 1, False), ("high", 0, True),
    ]  # fmt: skip
    assert manifest.engines["tones"].licence == "public domain"
    takes = Takes.from_bytes((tmp_path / "corpus" / manifest.shards[0].file).read_bytes())
    assert takes.words.tolist() == [0, 1, 2, 3, 4]
    assert len(takes.take(4)) == takes.ends[4] - takes.ends[3]
    assert np.sqrt(np.mean(takes.take(2) ** 2)) == pytest.approx(0.1, rel=0.02)


def test_an_interrupted_build_goes_on_and_gives_the_same_bytes(spec: CorpusSpec, tmp_path: Path) -> None:
    whole = build_corpus(spec, tmp_path / "whole", Uncounted(), lambda _: ToneEngine())

    class Dies(ToneEngine):
        def synthesise(self, text: str, voice: str, *, rate: float, pitch: float, seed: int) -> Spoken:
            if self.spoken == 7:
                raise KeyboardInterrupt
            return super().synthesise(text, voice, rate=rate, pitch=pitch, seed=seed)

    with pytest.raises(KeyboardInterrupt):
        build_corpus(spec, tmp_path / "cut", Uncounted(), lambda _: Dies())
    assert len(read_manifest(tmp_path / "cut").shards) == 1
    engine = ToneEngine()
    assert build_corpus(spec, tmp_path / "cut", Uncounted(), lambda _: engine) == whole
    assert engine.spoken == 10


def test_another_spec_an_unknown_voice_and_a_missing_engine_are_one_line(
    spec: CorpusSpec, tmp_path: Path
) -> None:
    out = tmp_path / "corpus"
    build_corpus(spec, out, Uncounted(), lambda _: ToneEngine())
    with pytest.raises(UserError, match="holds a corpus of another spec"):
        build_corpus(spec.model_copy(update={"seed": 4}), out, Uncounted(), lambda _: ToneEngine())
    unknown = spec.model_copy(update={"voices": [VoiceSpec(engine="tones", voice="shrill")]})
    with pytest.raises(UserError, match="tones has no voice 'shrill'; it has low, high, middle"):
        build_corpus(unknown, tmp_path / "other", Uncounted(), lambda _: ToneEngine())
    with pytest.raises(UserError, match="no speech engine 'tones'; there are hibari"):
        build_corpus(spec, tmp_path / "other", Uncounted())
    assert not (tmp_path / "other").exists()
    with pytest.raises(UserError, match="no corpus"):
        read_manifest(tmp_path / "other")


@pytest.mark.parametrize("name", list(ENGINES))
def test_an_installed_engine_speaks_and_a_missing_one_says_how_to_get_it(name: str) -> None:
    try:
        engine: SpeechEngine = load_engine(name)
    except EngineMissing as missing:
        pytest.skip(str(missing))
    voice = engine.voices[0]
    usual = to_take(engine.synthesise("government", voice, rate=1.0, pitch=1.0, seed=0))
    fast = to_take(engine.synthesise("government", voice, rate=1.3, pitch=1.0, seed=0))
    assert usual is not None
    assert fast is not None
    assert len(fast) < 0.95 * len(usual)
    assert engine.version
    assert engine.licence


def test_a_take_is_trimmed_resampled_and_never_too_short_or_too_long() -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(8000) / 16_000).astype(np.float32)
    padded = np.concatenate([np.zeros(4000, np.float32), tone, np.zeros(8000, np.float32)])
    take = to_take(Spoken(padded, 16_000))
    assert take is not None
    assert len(take) / SAMPLE_RATE_HZ == pytest.approx(0.5, abs=0.03)
    higher = to_take(Spoken(padded, 16_000), resampling=1.1)
    assert higher is not None
    spectrum = np.abs(np.fft.rfft(higher))
    assert np.fft.rfftfreq(len(higher), 1 / SAMPLE_RATE_HZ)[spectrum.argmax()] == pytest.approx(550, abs=3)
    assert to_take(Spoken(np.zeros(16_000, np.float32), 16_000)) is None
    assert to_take(Spoken(np.zeros(0, np.float32), 16_000)) is None
    assert to_take(Spoken(np.tile(tone, 8), 16_000)) is None
    assert len(trim(np.ones(50, np.float32))) == 50


def test_a_level_is_rms_tenth_unless_peaks_would_clip() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(10_000).astype(np.float32)
    assert np.sqrt(np.mean(to_level(noise) ** 2)) == pytest.approx(0.1, rel=1e-3)
    click = np.zeros(10_000, np.float32)
    click[5000] = 1
    assert np.abs(to_level(click)).max() <= 1.0


@pytest.mark.parametrize("name", list(TEXTURES))
def test_a_texture_is_finite_level_and_repeats_with_its_seed(name: str) -> None:
    sound = make_texture(name, np.random.default_rng(5), 2.0)
    assert sound.shape == (2 * SAMPLE_RATE_HZ,)
    assert np.isfinite(sound).all()
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.1, rel=1e-3)
    assert abs(sound.mean()) < 1e-4
    assert (sound == make_texture(name, np.random.default_rng(5), 2.0)).all()
    assert not (sound == make_texture(name, np.random.default_rng(6), 2.0)).all()
