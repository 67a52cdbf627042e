"""Metamers of VGGish, DeepSpeech, wav2vec 2.0 and HuBERT, with random weights, heard by a word network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import soundfile
import torchaudio

from synthesis.bundle.store import BundleStore
from synthesis.certify.certificate import fault_of
from synthesis.networks.registry import Network, SoundInput, load_network
from synthesis.optimise.recipes import Feather2019, make_recipe
from tests.synthesis.sound_networks import clip

RATE_HZ = 16_000


def write_spec(folder: Path, model: str, layer: str, *further: str, seconds: float = 2.0) -> Path:
    """A spec with one stimulus and two clips of the null, at the rate of these networks."""
    for number, name in enumerate(("stimuli/water/0", "null/1", "null/2")):
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, clip(number, RATE_HZ, seconds), RATE_HZ, subtype="PCM_16")
    lines = [
        f"model: {model}",
        "weights: {random: 0}",
        f"layers: [{layer}]",
        "stimuli: stimuli",
        'null_stimuli: "null"',
        "attempts: 1",
        *further,
    ]
    (folder / "spec.yaml").write_text("\n".join([*lines, ""]))
    return folder / "spec.yaml"


@pytest.fixture
def small_bundles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """torchaudio's bundles with two transformer layers and an eighth of the channels, which is quicker."""
    load_network.cache_clear()
    for name in ("WAV2VEC2_BASE", "HUBERT_BASE", "WAV2VEC2_ASR_BASE_960H"):
        parameters = getattr(torchaudio.pipelines, name)._params
        narrow = [(64, kernel, stride) for _, kernel, stride in parameters["extractor_conv_layer_config"]]
        monkeypatch.setitem(parameters, "encoder_num_layers", 2)
        monkeypatch.setitem(parameters, "extractor_conv_layer_config", narrow)
    yield
    load_network.cache_clear()


@pytest.mark.usefixtures("small_bundles")
@pytest.mark.parametrize(
    ("model", "layer", "decision"),
    [
        ("vggish_2s", "conv1", "none"),
        ("deepspeech", "fc1", "none"),
        ("deepspeech", "fc4", "letters"),
        ("torchaudio/WAV2VEC2_BASE", "conv2", "none"),
        ("torchaudio/HUBERT_BASE", "projection", "none"),
        ("torchaudio/WAV2VEC2_ASR_BASE_960H", "conv1", "letters"),
    ],
)
def test_a_metamer_is_made_at_a_published_layer(cli, tmp_path, model, layer, decision):
    spec = write_spec(tmp_path, model, layer, f"decision: {decision}", "recipe: feather2019", "max_steps: 2")
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert (code, json.loads(out)["decision"]) == (0, decision), err
    manifest = BundleStore(tmp_path / "out").read_manifest()
    ((item,), (null,)) = manifest.items, manifest.nulls
    assert (manifest.decision.rule, manifest.decision.categories) == (decision, [])
    assert (item.layer, null.stimuli) == (layer, 2)
    first, second = item.provenance.losses
    assert first > second, "the layer's activations come nearer"
    certificate = item.certificate
    if decision == "none":
        assert (certificate.natural_answer, certificate.metamer_answer) == ("", "")
        assert certificate.passed == (fault_of(certificate, null, 1) == "")
    assert [match.layer for match in item.profile] == manifest.model.layers


def test_metamers_of_vggish_are_heard_by_a_word_network_at_its_rate(cli, tmp_path):
    spec = write_spec(tmp_path, "vggish_2s", "log_mel", "decision: none", "max_steps: 60")
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert (code, json.loads(out)["passed"]) == (0, 1), err
    code, out, err = cli(
        "recognize", tmp_path / "out", "--model", "word_cochcnn", "--out", tmp_path / "heard"
    )
    assert (code, json.loads(out)["metamers"]) == (0, 1), err
    answers = pd.read_csv(tmp_path / "heard" / "answers.csv")
    assert list(answers["condition"]) == ["natural", "log_mel"]
    assert answers["answer_words"].notna().all()


def test_one_patch_of_vggish_is_too_short_for_a_word_network(cli, tmp_path):
    spec = write_spec(
        tmp_path, "vggish", "log_mel", "decision: none", "max_steps: 1", seconds=15_600 / RATE_HZ
    )
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    code, _, err = cli("recognize", tmp_path / "out", "--model", "word_cochcnn", "--out", tmp_path / "heard")
    assert code == 1
    assert "lasts 0.975 s, and the network is shown clips of 2 s" in err.strip().splitlines()[-1]
    assert not (tmp_path / "heard").exists()


@pytest.mark.parametrize(
    ("model", "layer", "rate"),
    [
        ("vggish", "embedding", 1e-2),
        ("vggish_2s", "embedding", 1e-2),
        ("vggish_2s", "fc1_2", 1e-3),
        ("deepspeech", "mfcc", 1e-4),
        ("deepspeech", "fc4", 1e-4),
        ("cochcnn9_2019", "relu2", 1e-3),
        ("torchaudio/HUBERT_BASE", "conv0", 1e-3),
    ],
)
def test_the_rates_of_2019(model, layer, rate):
    network = Network(model, None, input=SoundInput())  # type: ignore[arg-type]
    recipe = make_recipe("feather2019", None, network, layer)
    assert isinstance(recipe, Feather2019)
    assert recipe.learning_rate == rate
