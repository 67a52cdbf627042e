"""Windows of running speech: of recordings, and of engines that say when they speak which word."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synthesis.common.errors import UserError
from synthesis.process.progress import Uncounted
from synthesis.speech.corpus import build_corpus, read_manifest
from synthesis.speech.corpus_spec import CorpusSpec, VoiceSpec
from synthesis.speech.engine import EngineMissing, SentenceEngine
from synthesis.speech.engines import load_engine
from synthesis.speech.recordings import cut_corpus
from synthesis.speech.running import RunningSpeech
from synthesis.speech.sentences import make_sentences
from synthesis.speech.takes import SAMPLE_RATE_HZ, to_level
from synthesis.training.clips import PLAIN, SAMPLES, ClipSettings, compose
from synthesis.training.parts import read_parts
from synthesis.training.voices import Voice, read_spoken_words
from tests.synthesis.readings import WORDS, write_readings
from tests.synthesis.tones import ToneEngine, ToneSpeaker
from tests.synthesis.trainings import spec_of

AS_IT_IS = ClipSettings(context=1, clean=1, shift_ms=0, level_db=0, colour_db=0, room=0, voice_change=1)


pytestmark = pytest.mark.usefixtures("backgrounds_made_once")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    write_readings(tmp_path / "reading", ("anna", "berta", "carla"))
    return tmp_path


def cut(folder: Path, name: str = "corpus", held_out: bool | frozenset[str] = False) -> Path:
    cut_corpus(folder / "reading", WORDS, folder / name, held_out, "CC0", Uncounted(), running=True)
    return folder / name


def test_a_clip_is_the_recording_itself_with_the_word_in_its_middle(folder: Path) -> None:
    spoken = read_spoken_words([cut(folder, held_out=frozenset({"berta"}))], "test")
    (voice,) = spoken.voices
    assert (voice.name, voice.engine) == ("recordings berta", "recordings-running")
    recording, _ = soundfile.read(folder / "reading" / "berta.wav", dtype="float32")
    clip = compose(np.random.default_rng(0), voice, 11, AS_IT_IS, None)
    assert clip.word == 11 % 5
    centre = round(11.7 * SAMPLE_RATE_HZ)
    wanted = to_level(recording)[centre - SAMPLES // 2 : centre + SAMPLES // 2]
    # The window may begin a sample earlier or later.
    shifted = [np.roll(clip.waveform, step)[9:-9] for step in (-1, 0, 1)]
    assert max(float(np.corrcoef(one, wanted[9:-9])[0, 1]) for one in shifted) > 0.9999
    alone = ClipSettings(context=0, clean=1, room=0, colour_db=0)
    word = compose(np.random.default_rng(0), voice, 11, alone, None).waveform
    assert np.ptp(np.flatnonzero(np.abs(word) > 0.05)) / SAMPLE_RATE_HZ == pytest.approx(0.4, abs=0.04)


def test_the_shift_leaves_the_middle_of_the_clip_in_the_word() -> None:
    audio = np.zeros(20 * SAMPLE_RATE_HZ, np.int16)
    audio[200_000:208_000] = np.where(np.arange(8_000) % 40 < 20, 9_000, -9_000)
    speech = RunningSpeech(audio, np.array([len(audio)]), np.array([0]), np.array([[200_000, 208_000]]))
    voice = Voice("a", "a", speech, np.array([0]))
    shifted = ClipSettings(context=1, clean=1, shift_ms=500, level_db=0, colour_db=0, room=0)
    centres = []
    for seed in range(40):
        clip = compose(np.random.default_rng(seed), voice, 0, shifted, None)
        heard = np.flatnonzero(np.abs(clip.waveform) > 0.05)
        assert heard[0] - 30 <= SAMPLES // 2 <= heard[-1] + 30
        centres.append((heard[0] + heard[-1]) / 2 / SAMPLE_RATE_HZ)
    assert max(centres) - min(centres) > 0.25


def test_windows_of_training_and_validation_never_overlap(folder: Path) -> None:
    corpus = cut(folder)
    parts = [read_spoken_words([corpus], part).voices for part in ("training", "validation")]
    for training, validation in zip(*parts, strict=True):
        assert len(training.chosen)
        assert len(validation.chosen) == 2
        assert isinstance(training.takes, RunningSpeech)
        spans = training.takes.spans
        assert spans[validation.chosen].min() - spans[training.chosen].max() > 2.5 * SAMPLE_RATE_HZ


def test_pasted_words_and_running_speech_are_mixed_by_weight(folder: Path) -> None:
    voices = [VoiceSpec(engine="tones", voice=voice, takes=5) for voice in ("low", "middle")]
    voices += [VoiceSpec(engine="tones", voice=voice, sentences=30) for voice in ("low", "high")]
    spec = CorpusSpec(voices=voices, vocabulary=folder / "words.txt")
    manifest = build_corpus(spec, folder / "tones", Uncounted(), lambda _: ToneSpeaker())
    assert [shard.kind for shard in manifest.shards] == ["words"] * 10 + ["running"] * 2
    assert build_corpus(spec, folder / "tones", Uncounted(), lambda _: ToneSpeaker()) == manifest
    weights = "engine_weights: {tones-running: 3}\nbackgrounds: {per_class: 1}\n"
    parts = read_parts(spec_of(folder, f"corpora: [tones]\n{weights}"))
    assert set(parts.training.spoken.places) == {"tones", "tones-running"}
    assert parts.training.batch(0, 4, PLAIN).sounds.shape == (4, SAMPLES)


@pytest.mark.parametrize(
    ("name", "voice"), [("espeak", "en-US+m1"), ("flite", "slt"), ("flite", "kal16"), ("kokoro", "af_bella")]
)
def test_an_engine_times_the_words_of_a_sentence(name: str, voice: str) -> None:
    sentence = ["the", "government", "gave", "an", "answer", "to", "every", "question"]
    try:
        engine = load_engine(name)
    except EngineMissing as missing:
        pytest.skip(str(missing))
    assert isinstance(engine, SentenceEngine)
    said = engine.speak_sentence(sentence, voice, rate=1.0, pitch=1.0, seed=0)
    seconds = len(said.spoken.waveform) / said.spoken.sample_rate_hz
    assert [place for place, _, _ in said.words] == list(range(8))
    starts = [start for _, start, _ in said.words]
    assert starts == sorted(starts)
    assert all(start < end <= seconds for _, start, end in said.words)
    lengths = {sentence[place]: end - start for place, start, end in said.words}
    assert lengths["government"] > 2 * lengths["an"]


def test_words_that_an_engine_speaks_as_one_are_not_timed() -> None:
    try:
        engine = load_engine("espeak")
    except EngineMissing as missing:
        pytest.skip(str(missing))
    assert isinstance(engine, SentenceEngine)
    sentence = ["every", "part", "of", "the", "answer"]
    said = engine.speak_sentence(sentence, "en-US+m1", rate=1.0, pitch=1.0, seed=0)
    assert [place for place, _, _ in said.words] == [0, 1, 4]


def test_sentences_repeat_with_their_seed_and_say_each_word_equally_often() -> None:
    sentences = make_sentences(WORDS, 60, np.random.default_rng(3))
    assert sentences == make_sentences(WORDS, 60, np.random.default_rng(3))
    said = [word for sentence in sentences for word in sentence]
    counts = [said.count(word) for word in WORDS]
    assert max(counts) - min(counts) <= 1
    assert 0.4 < sum(counts) / len(said) < 0.8
    pairs = [pair for sentence in sentences for pair in pairwise(sentence)]
    assert all(one != other for one, other in pairs)


def test_voices_that_cannot_be_held_out_or_trained_on_are_one_line(folder: Path) -> None:
    with pytest.raises(UserError, match="there is no voice 'dora' in the recordings; they have anna, berta"):
        cut(folder, held_out=frozenset({"dora"}))
    trained, tested = cut(folder, "all"), cut(folder, "tested", True)
    with pytest.raises(UserError, match=r"tested: holds out the voice .recordings anna., which .*all trains"):
        read_spoken_words([trained, tested], "training")
    with pytest.raises(ValueError, match="tones low is held out and trained on"):
        CorpusSpec(
            voices=[
                VoiceSpec(engine="tones", voice="low"),
                VoiceSpec(engine="tones", voice="low", sentences=3, held_out=True),
            ]
        )


def test_a_voice_that_was_made_of_another_is_the_same_speaker(folder: Path) -> None:
    heart, copied = (
        {"engine": "hibari", "voice": "heart", "held_out": True},
        {"engine": "kokoro", "voice": "af_heart"},
    )
    with pytest.raises(ValueError, match="speaker of kokoro af_heart is held out and trained on"):
        CorpusSpec.model_validate({"voices": [heart, copied]})
    trained, tested = cut(folder, "all"), cut(folder, "tested", frozenset({"anna"}))
    for corpus, names in ((trained, ("kokoro", "af_heart")), (tested, ("hibari", "heart"))):
        manifest = read_manifest(corpus)
        shards = [
            shard.model_copy(update=dict(zip(("engine", "voice"), names, strict=True)))
            if shard.voice == "anna"
            else shard
            for shard in manifest.shards
        ]
        renamed = manifest.model_copy(update={"shards": tuple(shards)})
        (corpus / "manifest.json").write_text(renamed.model_dump_json())
    said = r"tested: holds out the voice 'hibari heart', which .*all trains on as 'kokoro af_heart'; leave"
    with pytest.raises(UserError, match=said):
        read_spoken_words([trained, tested], "training")


def test_a_corpus_with_one_voice_is_one_line_unless_it_is_meant(folder: Path) -> None:
    cut(folder, "alone", frozenset({"anna", "berta"}))
    spec = "corpora: [alone]\nbackgrounds: {per_class: 1}\n"
    with pytest.raises(UserError, match="have one voice to train on, 'recordings carla'"):
        read_parts(spec_of(folder, spec))
    meant = read_parts(spec_of(folder, f"{spec}one_voice: true\n"))
    assert [voice.name for voice in meant.training.spoken.voices] == ["recordings carla"]


def test_an_engine_without_times_makes_no_running_speech(folder: Path) -> None:
    voices = [VoiceSpec(engine="tones", voice="low", sentences=2)]
    spec = CorpusSpec(voices=voices, vocabulary=folder / "words.txt")
    with pytest.raises(UserError, match="tones does not say when it speaks which word"):
        build_corpus(spec, folder / "none", Uncounted(), lambda _: ToneEngine())
    assert not (folder / "none").exists()
