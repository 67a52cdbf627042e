"""Clips and the training of networks, on a corpus of tones."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from synthesis.commands.train import train
from synthesis.common.errors import SpecError, UserError
from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.process.lock import exclusive_folder
from synthesis.process.progress import Uncounted
from synthesis.speech.recordings import cut_corpus
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.speech.textures import TEXTURES
from synthesis.training import loop
from synthesis.training.backgrounds import make_backgrounds
from synthesis.training.clips import PLAIN, SAMPLES, ClipSettings, compose
from synthesis.training.optimiser import make_optimiser, set_rates
from synthesis.training.parts import read_parts
from synthesis.training.schedule import clip_settings, rate_factor
from synthesis.training.spec import ClipSpec, OptimiserSpec
from synthesis.training.voices import read_spoken_words
from synthesis.vocabulary.words import default_vocabulary
from tests.synthesis.trainings import TINY, WORDS, spec_of, tone_folder

pytestmark = pytest.mark.usefixtures("backgrounds_made_once")
CLEAN = ClipSettings(context=1, colour_db=0, room=0, level_db=0, clean=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone_folder(tmp_path_factory.mktemp("training"))


def test_training_validation_and_held_out_takes_never_meet(folder: Path) -> None:
    training, validation, test = (
        read_spoken_words([folder / "corpus"], part) for part in ("training", "validation", "test")
    )
    assert {voice.name for voice in training.voices} == {"tones low", "tones middle"}
    assert {voice.name for voice in test.voices} == {"tones high"}
    assert len(training) + len(validation) == 8 * len(WORDS)
    for one, other in zip(training.voices, validation.voices, strict=True):
        assert not set(one.chosen) & set(other.chosen)


def test_the_target_is_at_one_second_and_its_neighbours_touch_it(folder: Path) -> None:
    voice = read_spoken_words([folder / "corpus"], "test").voices[0]
    alone = compose(
        np.random.default_rng(1), voice, 2, ClipSettings(0, colour_db=0, room=0, shift_ms=0), None
    )
    assert alone.word == 2
    heard = np.flatnonzero(np.abs(alone.waveform) > 0.02)
    assert (heard[0] + heard[-1]) / 2 / SAMPLE_RATE_HZ == pytest.approx(1.0, abs=0.02)
    shifted = [
        np.flatnonzero(
            np.abs(compose(np.random.default_rng(seed), voice, 2, ClipSettings(0), None).waveform) > 0.05
        )
        for seed in range(20)
    ]
    centres = [(at[0] + at[-1]) / 2 / SAMPLE_RATE_HZ for at in shifted]
    assert 0.05 < max(centres) - min(centres) < 0.2
    context = compose(np.random.default_rng(1), voice, 2, ClipSettings(1, colour_db=0, room=0), None).waveform
    power = (context.reshape(-1, 2000) ** 2).mean(1)
    assert (power > 1e-4).mean() > 0.8


def test_a_plain_clip_holds_the_word_as_it_was_spoken(folder: Path) -> None:
    voice = read_spoken_words([folder / "corpus"], "test").voices[0]
    spoken = voice.waveform(2)
    clip = compose(np.random.default_rng(5), voice, 2, replace(PLAIN, context=0.0), None).waveform
    start = SAMPLES // 2 - len(spoken) // 2
    heard = clip[start : start + len(spoken)]
    assert np.corrcoef(heard, spoken)[0, 1] == pytest.approx(1, abs=1e-6)
    assert np.ptp(np.delete(clip, np.s_[start : start + len(spoken)])) == 0


def test_noise_has_the_ratio_that_was_drawn_and_the_clip_its_level(folder: Path) -> None:
    voice = read_spoken_words([folder / "corpus"], "test").voices[0]
    backgrounds = make_backgrounds("test", 1, None)
    speech = compose(np.random.default_rng(4), voice, 0, CLEAN, None).waveform
    assert np.sqrt(np.mean(speech**2)) == pytest.approx(0.1, rel=1e-3)
    noisy = ClipSettings(context=1, snr_db=(0, 0), clean=0, colour_db=0, room=0, level_db=0)
    clip = compose(np.random.default_rng(4), voice, 0, noisy, backgrounds)
    assert clip.waveform.shape == (SAMPLES,)
    assert 0 <= clip.background < len(TEXTURES)
    # The drawn phrase is the same, so speech and noise are found by projecting.
    share = float(speech @ clip.waveform / (speech @ speech))
    noise = clip.waveform - share * speech
    assert 20 * np.log10(share * 0.1 / np.sqrt(np.mean(noise**2))) == pytest.approx(0, abs=1.5)


def test_schedules_warm_up_fall_and_harden() -> None:
    cosine = OptimiserSpec()
    assert rate_factor(cosine, 0.05) == pytest.approx(0.5)
    assert rate_factor(cosine, 0.1) == pytest.approx(1.0)
    assert rate_factor(cosine, 1.0) == pytest.approx(0.0)
    steps = OptimiserSpec(schedule="steps")
    assert [rate_factor(steps, at) for at in (0.1, 0.5, 0.9)] == pytest.approx([1.0, 0.1, 0.01])
    for settings, at, factor in ((cosine, 0.05, 0.5), (steps, 0.9, 0.01)):
        optimiser = make_optimiser(torch.nn.Conv2d(1, 2, 2), settings)
        set_rates(optimiser, settings, at)
        assert all(group["lr"] == pytest.approx(factor * group["peak"]) for group in optimiser.param_groups)
    clips = ClipSpec(context=0.8, snr_db=(-3, 30))
    assert clip_settings(clips, 0.3, 0.0).context == pytest.approx(0.2)
    assert clip_settings(clips, 0.3, 0.0).snr_db == (12, 30)
    assert clip_settings(clips, 0.3, 0.5).snr_db == (-3, 30)


@pytest.mark.parametrize("optimiser", ["{}", "{muon_peak: null}", "{schedule: steps, peak: 0.01}"])
def test_a_killed_training_goes_on_to_the_same_network(folder: Path, tmp_path: Path, optimiser: str) -> None:
    spec = spec_of(folder, f"{TINY}optimiser: {optimiser}\n")

    class Killed(Uncounted):
        def advance(self) -> None:
            self.say("step")
            if self.said.count("step") == 3:
                raise KeyboardInterrupt

    whole, cut = tmp_path / "whole", tmp_path / "cut"
    loop.train(spec, read_parts(spec), whole, Uncounted())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_CHECKPOINT_EVERY_S", 0.0)
        with pytest.raises(KeyboardInterrupt):
            loop.train(spec, read_parts(spec), cut, Killed())
    assert not (cut / "network.safetensors").exists()
    progress = loop.train(spec, read_parts(spec), cut, Uncounted())
    assert progress.step == 6
    assert [round(at["examples"]) for at in progress.validations] == [16, 32, 48]
    one, other = (torch.load(path / "checkpoint.pt", weights_only=True)["network"] for path in (whole, cut))
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], msg=name)
    described = read_trained(cut / "network.safetensors")
    assert described is not None
    assert described.answers == WORDS
    assert described.training["examples"] == 48
    with pytest.raises(UserError, match="holds a training of another spec"):
        loop.train(spec.model_copy(update={"seed": 1}), read_parts(spec), cut, Uncounted())
    (cut / "checkpoint.pt").write_bytes(b"torn")
    with pytest.raises(UserError, match="is no checkpoint"):
        loop.train(spec, read_parts(spec), cut, Uncounted())


def test_muon_trains_the_kernels_and_adamw_all_else(folder: Path) -> None:
    spec = spec_of(folder, TINY)
    training = loop._Training(spec, read_parts(spec), folder / "groups")
    *by_adam, kernels = training.optimiser.param_groups
    assert all(group["use_fallback"] for group in by_adam)
    assert [len(kernel.shape) for kernel in kernels["params"]] == [4] * 5
    counted = sum(len(group["params"]) for group in training.optimiser.param_groups)
    assert counted == len(list(training.network.parameters()))
    set_rates(training.optimiser, spec.optimiser, 0.1)
    assert [group["lr"] for group in training.optimiser.param_groups] == [0.002, 0.002, 0.02]


@pytest.mark.parametrize("task", ["background", "both"])
def test_each_task_has_its_answers_and_snapshots_are_written_once(folder: Path, task: str) -> None:
    spec = spec_of(folder, f"{TINY}task: {task}\nsnapshots_at: [0.0]\nstop_at_accuracy: 0.999\n")
    out = folder / task
    progress = loop.train(spec, read_parts(spec), out, Uncounted())
    assert progress.snapshots == [0.0]
    assert set(progress.validations[-1]) == {"examples", "background"} | (
        {"word"} if task == "both" else set()
    )
    described = read_trained(out / "network_at_0.safetensors")
    assert described is not None
    assert described.answers == (tuple(TEXTURES) if task == "background" else WORDS)


def test_a_small_network_learns_the_tones_and_stops_early(folder: Path) -> None:
    spec = spec_of(
        folder,
        """
corpora: [corpus]
network: {filters: 10, sample_factor: 1, widths: [8, 8, 8, 8, 8], fc_width: 16, dropout: 0.0}
backgrounds: {per_class: 1}
clips: {context: 0.0, snr_db: [20, 30], room: 0.0, colour_db: 0.0}
optimiser: {peak: 0.01}
examples: 4000
batch: 16
validate_every: 160
validation_clips: 32
stop_at_accuracy: 0.6
""",
    )
    progress = loop.train(spec, read_parts(spec), folder / "learnt", Uncounted())
    assert progress.stopped
    assert progress.step < spec.steps


def test_two_trainings_do_not_write_into_one_folder(folder: Path) -> None:
    (folder / "tiny.yaml").write_text(TINY)
    with (
        exclusive_folder(folder / "busy", "training"),
        pytest.raises(UserError, match=r"busy: another training \(process \d+ on .+\) is writing there"),
    ):
        train(folder / "tiny.yaml", folder / "busy")


def test_bad_specs_are_one_line(folder: Path) -> None:
    with pytest.raises(SpecError, match="unknown field exmaples; did you mean examples"):
        spec_of(folder, "corpora: [corpus]\nexmaples: 3\n")
    with pytest.raises(SpecError, match="muon_peak: is of the schedule cosine"):
        spec_of(folder, "corpora: [corpus]\noptimiser: {schedule: steps, muon_peak: 0.02}\n")
    with pytest.raises(UserError, match="no corpus"):
        read_parts(spec_of(folder, "corpora: [absent]\n"))
    with pytest.raises(UserError, match="'kokoro' is no engine of the corpora; they have tones"):
        read_parts(spec_of(folder, "corpora: [corpus]\nengine_weights: {kokoro: 2}\n"))
    broken = np.full(5 * SAMPLE_RATE_HZ, np.nan, np.float32)
    (folder / "broken").mkdir()
    soundfile.write(folder / "broken" / "hiss.wav", broken, SAMPLE_RATE_HZ, "FLOAT")
    with pytest.raises(UserError, match=r"hiss.wav: has samples that are NaN or infinite"):
        read_parts(spec_of(folder, "corpora: [corpus]\nbackgrounds: {folder: broken}\n"))
    (folder / "empty").mkdir(exist_ok=True)
    with pytest.raises(UserError, match="empty: is not a folder with sounds"):
        read_parts(spec_of(folder, "corpora: [corpus]\nbackgrounds: {folder: empty}\n"))


def test_a_changed_shard_is_noticed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "corpus", tmp_path / "corpus")
    shard = next((tmp_path / "corpus").glob("tones_low_*.npz"))
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(UserError, match="it has changed since it was written"):
        read_spoken_words([tmp_path / "corpus"], "training")


def corpus_of(folder: Path, words: list[str], takes: int) -> Path:
    """A corpus of tones of our own vocabulary in which only `words` were ever said."""
    seconds = np.arange(4_000) / SAMPLE_RATE_HZ
    tone = np.sin(2 * np.pi * 440 * seconds).astype(np.float32)
    table = ["file,word,start_ms,end_ms,speaker"]
    folder.mkdir()
    soundfile.write(folder / "tone.wav", np.tile(tone, 2), SAMPLE_RATE_HZ)
    table += [
        f"tone.wav,{word},0,200,{name}" for word in words for name in ("ann", "bob") for _ in range(takes)
    ]
    (folder / "words.csv").write_text("\n".join(table))
    cut_corpus(folder, default_vocabulary(), folder / "corpus", False, "none", Uncounted())
    return folder / "corpus"


def test_a_corpus_of_few_words_is_drawn_from_and_of_one_refused(tmp_path: Path) -> None:
    few = corpus_of(tmp_path / "few", ["about", "ability"], 30)
    drawn = read_parts(spec_of(tmp_path, f"corpora: [{few}]\nbackgrounds: {{per_class: 1}}\n"))
    batch = drawn.training.batch(0, 40, CLEAN)
    said = {default_vocabulary()[int(word)] for word in batch.words}
    assert said == {"about", "ability"}
    with pytest.raises(UserError, match="takes of one word, 'ability'; training needs two"):
        read_spoken_words([corpus_of(tmp_path / "one", ["ability"], 30)], "training")


def test_folding_gives_the_published_layers(folder: Path) -> None:
    spec = spec_of(folder, TINY)
    network = loop._Training(spec, read_parts(spec), folder / "folding").network
    sounds = 0.1 * torch.randn(3, SAMPLES)
    network(sounds)
    network.eval()
    folded = network.trunk.folded()
    assert isinstance(folded, CochCNN)
    torch.testing.assert_close(folded(sounds), network(sounds)[0], rtol=1e-4, atol=1e-4)
