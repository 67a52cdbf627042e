"""Readouts of networks that hear: fitted to folders of clips, and deciding in a run."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from synthesis.bundle.store import BundleStore
from synthesis.certify.readout.features import pooled, pooled_features
from synthesis.certify.readout.variants import variants_of
from synthesis.networks.registry import Layer, Network, PictureInput, SoundInput
from tests.synthesis.sound_networks import MODULE, RATE_HZ, SAMPLES, SHOWN, clip, write_clips

FACTORY = """

def speaking():
    from tests.synthesis.test_sound_readout import speaking
    return speaking()
"""


class Bands(nn.Module):
    """Features and logits with frames, as networks of speech have them; the blank is no favourite."""

    def __init__(self) -> None:
        super().__init__()
        self.bands = nn.Conv1d(1, 6, 33, stride=16)
        self.relu, self.letters = nn.ReLU(), nn.Linear(6, 4, bias=False)

    def forward(self, sounds: Tensor) -> Tensor:
        frames = self.relu(self.bands(sounds.unsqueeze(1))).transpose(1, 2)
        logits: Tensor = self.letters(frames)
        return logits


def speaking() -> Network:
    """Features and logits have frames; the letters are a, b, the space and the blank."""
    layers = (Layer("relu", "relu"), Layer("letters", "letters"))
    return Network("speaking", Bands(), layers, SHOWN, feature_node="transpose", letters=("a", "b", "|", ""))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder `words` of low and high tones in noise, four clips each, and a module of networks."""
    time_s = np.arange(SAMPLES) / RATE_HZ
    rng = np.random.default_rng(2)
    for word, pitch_hz in (("low", 200), ("high", 2_400)):
        (tmp_path / "words" / word).mkdir(parents=True)
        for number in range(4):
            tone = np.sin(2 * np.pi * (pitch_hz * (1 + 0.02 * number) * time_s + rng.random()))
            sound = 0.1 * tone + 0.01 * rng.normal(size=SAMPLES)
            soundfile.write(tmp_path / "words" / word / f"{number}.wav", sound, RATE_HZ, subtype="PCM_16")
    (tmp_path / "ear.py").write_text(MODULE + FACTORY)
    return tmp_path


def test_frames_are_averaged_over_time_and_nothing_else_is():
    ear, eye = (Network("any", nn.Identity(), input=shown) for shown in (SoundInput(), PictureInput()))
    frames = torch.arange(24.0).reshape(2, 3, 4)
    assert torch.equal(pooled(frames, ear), frames.mean(1))
    assert torch.equal(pooled(frames, eye), frames.flatten(1))
    assert torch.equal(pooled(frames[:, 0], ear), frames[:, 0])


def test_features_of_sounds_are_those_of_the_network(folder):
    torch.manual_seed(1)
    network = speaking()
    network.module.eval().requires_grad_(False)
    files = sorted((folder / "words" / "low").iterdir())
    clips = list(variants_of(files, network, "level", augment=0, seed=0))
    features = pooled_features(network, clips)
    assert features.shape == (4, 6)
    waves = torch.from_numpy(np.stack(clips) / 2**15).float()
    expected = torch.relu(network.module.bands(waves[:, None])).mean(2)
    torch.testing.assert_close(torch.from_numpy(features), expected, rtol=1e-4, atol=1e-6)


def test_variants_of_a_clip_are_shifted_and_noisy_at_its_level(folder):
    file = folder / "words" / "low" / "0.wav"
    network = speaking()
    original, *variants = variants_of([file], network, "level", augment=6, seed=3)
    again = list(variants_of([file], network, "level", augment=6, seed=3))[1:]
    assert all(np.array_equal(one, other) for one, other in zip(variants, again, strict=True))
    for variant in variants:
        wave = variant / 2**15
        assert (variant.dtype, variant.shape) == (np.int16, (SAMPLES,))
        assert np.sqrt(np.mean(wave**2)) == pytest.approx(0.1, rel=0.01)
        lag = np.correlate(wave, original / 2**15, "full").argmax() - (SAMPLES - 1)
        assert abs(lag) <= 0.05 * RATE_HZ + RATE_HZ / 200, "up to 50 ms, and a period of the tone"
        assert not np.array_equal(variant, original)


@pytest.mark.parametrize("factory", ["mute", "speaking"])
def test_a_readout_of_words_is_fitted_and_decides(cli, folder, factory):
    model, out = f"{folder / 'ear.py'}:{factory}", folder / "words.safetensors"
    code, said, err = cli("readout", folder / "words", "--model", model, "--out", out)
    assert code == 0, err
    result = json.loads(said)
    assert (result["categories"], result["sounds"], result["fit_accuracy"]) == (2, 8, 1)
    assert result["cv_accuracy"] > 0.9
    write_clips(folder / "null", ("any",), each=4, first_seed=100)
    layer = "relu1" if factory == "mute" else "relu"
    (folder / "spec.yaml").write_text(
        f"model: ear.py:{factory}\nlayers: [{layer}]\nstimuli: words\nnull_stimuli: 'null'\nmax_steps: 5\n"
        "attempts: 1\ndecision: readout\nreadout: words.safetensors\n"
    )
    code, _, err = cli("run", folder / "spec.yaml", "--out", folder / "out")
    assert code == 0, err
    manifest = BundleStore(folder / "out").read_manifest()
    assert (manifest.decision.rule, manifest.decision.categories) == ("readout", ["high", "low"])
    assert all(natural.answer == natural.category for natural in manifest.naturals)
    code, _, err = cli("verify", folder / "out", "--model", model)
    assert code == 0, err
    code, _, err = cli(
        "recognize", folder / "out", "--model", model, "--readout", out, "--out", folder / "heard"
    )
    assert code == 0, err
    assert "answer_readout" in (folder / "heard" / "answers.csv").read_text()


def test_letters_decide_and_are_shown(cli, folder):
    (folder / "spec.yaml").write_text(
        "model: ear.py:speaking\nlayers: [relu]\nstimuli: words\nmax_steps: 30\nattempts: 1\n"
        "decision: letters\n"
    )
    code, said, err = cli("run", folder / "spec.yaml", "--out", folder / "out")
    assert (code, json.loads(said)["decision"]) == (0, "letters"), err
    manifest = BundleStore(folder / "out").read_manifest()
    assert manifest.decision.categories == []
    texts = {item.certificate.natural_answer for item in manifest.items}
    assert texts == {natural.answer for natural in manifest.naturals}
    assert set("".join(texts)) <= set("ab ")
    assert any(texts)
    for item in manifest.items:
        same = item.certificate.natural_answer == item.certificate.metamer_answer
        assert same or not item.certificate.passed
    code, _, err = cli("verify", folder / "out", "--model", f"{folder / 'ear.py'}:speaking")
    assert code == 0, err
    assert cli("report", folder / "out")[0] == 0
    assert "letters, any text" in (folder / "out" / "report.html").read_text()


def _one_word(folder: Path) -> None:
    for file in (folder / "words" / "low").iterdir():
        file.unlink()
    (folder / "words" / "low").rmdir()


def _one_clip(folder: Path) -> None:
    for number in (1, 2, 3):
        (folder / "words" / "low" / f"{number}.wav").unlink()


def _short(folder: Path) -> None:
    soundfile.write(folder / "words" / "low" / "3.wav", clip(1, seconds=0.3), RATE_HZ)


def _no_answer(folder: Path) -> None:
    (folder / "words" / "low").rename(folder / "words" / "NA")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_one_word, "words: holds one category, high; a readout needs at least two"),
        (_one_clip, "words/low: holds one sound; a readout needs at least two of each category"),
        (
            _short,
            "words/low/3.wav: lasts 0.3 s, and the network is shown clips of 0.5 s; cut it to that length",
        ),
        (_no_answer, "words/NA: 'NA' stands for no answer in all data; give another name"),
    ],
)
def test_clips_that_cannot_be_fitted_are_one_line_and_nothing_is_written(cli, folder, spoil, message):
    spoil(folder)
    model, out = f"{folder / 'ear.py'}:mute", folder / "words.safetensors"
    code, said, err = cli("readout", folder / "words", "--model", model, "--out", out)
    assert (code, said) == (1, "")
    assert err.strip().splitlines()[-1] == f"{folder}/{message}"
    assert not out.exists()


def test_a_readout_does_not_decide_for_another_network(cli, folder):
    model, out = f"{folder / 'ear.py'}:mute", folder / "words.safetensors"
    assert cli("readout", folder / "words", "--model", model, "--out", out, "--augment", 0)[0] == 0
    (folder / "spec.yaml").write_text(
        "model: ear.py:speaking\nlayers: [relu]\nstimuli: words\ndecision: readout\n"
        "readout: words.safetensors\n"
    )
    code, _, err = cli("run", folder / "spec.yaml", "--out", folder / "out")
    assert code == 1
    assert "a readout of ear.py:mute, not of ear.py:speaking" in err.strip().splitlines()[-1]
    assert not (folder / "out" / "manifest.json").exists()
