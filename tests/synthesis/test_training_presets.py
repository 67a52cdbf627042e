"""Trainings as published: the numbers of Feather et al. 2023 and 2019, and epochs."""

from dataclasses import fields
from pathlib import Path

import pytest
import torch

from synthesis.common.errors import SpecError
from synthesis.hearing.settings import FEATHER2019, FEATHER2023
from synthesis.networks.hearing.auditory import AUDITORY
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.process.progress import Uncounted
from synthesis.training import loop
from synthesis.training.clips import ClipSettings
from synthesis.training.model import make_trunk
from synthesis.training.parts import planned, read_parts
from synthesis.training.schedule import rate_factor
from synthesis.training.spec import TrainSpec
from tests.synthesis.trainings import TINY, WORDS, spec_of, tone_folder

pytestmark = pytest.mark.usefixtures("backgrounds_made_once")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone_folder(tmp_path_factory.mktemp("presets"))


def preset(folder: Path, text: str) -> TrainSpec:
    return spec_of(folder, f"corpora: [corpus]\n{text}")


def test_2023_has_the_numbers_of_its_code(folder: Path) -> None:
    spec = preset(folder, "preset: published-2023\nseed: 4\n")
    assert (spec.epochs, spec.batch, spec.stop_at_accuracy, spec.null_class) == (150, 128, None, True)
    factors = [rate_factor(spec.optimiser, epoch / 150) for epoch in (0, 49, 50, 99, 100, 149)]
    assert factors == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    assert spec.optimiser.peak == 0.01
    assert (spec.optimiser.weight_decay, spec.optimiser.label_smoothing) == (1e-4, 0)
    assert (spec.clips.snr_db, spec.clips.clean, spec.clips.context) == ((-10, 10), 0, 1)
    assert spec.network.cochleagram == FEATHER2023
    resnet = preset(folder, "preset: published-2023\nnetwork: {architecture: cochresnet50}\n")
    assert (resnet.optimiser.peak, resnet.batch, resnet.epochs) == (0.1, 256, 150)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("preset: published-2023", "cochcnn9"),
        ("preset: published-2019", "cochcnn9_2019"),
        ("preset: published-2019\nnetwork: {reduced_aliasing: true}", "cochcnn9_reduced_aliasing"),
        ("preset: published-2023\nnetwork: {architecture: cochresnet50}", "cochresnet50"),
    ],
)
def test_a_published_training_makes_the_network_of_the_registry(folder: Path, text: str, entry: str) -> None:
    spec = preset(folder, text)
    with torch.device("meta"):
        trained = make_trunk(spec.network, 794)
        (declared,) = (one for one in AUDITORY if one.name == entry)
        registered = declared.build()
    assert shapes(trained) == shapes(registered)
    assert spec.network.settings(794).layers == declared.layers


def shapes(module: torch.nn.Module) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in module.named_parameters()}


def test_2019_has_its_ear_and_stops_at_57_percent(folder: Path) -> None:
    spec = preset(folder, "preset: published-2019\nnetwork: {fc_width: 512}\n")
    assert (spec.stop_at_accuracy, spec.null_class, spec.network.fc_width) == (0.57, False, 512)
    assert spec.network.cochleagram == FEATHER2019
    other = preset(folder, "network: {ear: feather2019, filters: 40}\n").network.cochleagram
    assert other.channels == 171
    names = [field.name for field in fields(other)]
    assert [name for name in names if getattr(other, name) != getattr(FEATHER2019, name)] == ["filters"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("preset: published\n", "two published trainings; name one: published-2023 or published-2019"),
        ("preset: published-2023\nexamples: 10\nepochs: 2\n", "epochs: .* leave examples out"),
        ("preset: published-2023\nengine_weights: {a: 2}\n", "engine_weights: in an epoch every spoken word"),
        ("network: {architecture: cochresnet50, fc_width: 8}\n", "fc_width is a number of cochcnn"),
        ("network: {blocks: [1, 1, 1, 1]}\n", "blocks is a number of cochresnet50"),
        ("clips: {without_speech: 0.1}\n", "clips.without_speech: such clips have no word"),
        ("backgrounds: {mixed: [2, 3]}\n", "mixed: backgrounds heard together have several labels"),
        ("backgrounds: {labels: labels.csv}\n", "labels: name the folder"),
    ],
)
def test_what_contradicts_itself_is_one_line(folder: Path, text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        preset(folder, text)


def test_in_an_epoch_every_word_is_a_target_once(folder: Path) -> None:
    spec = preset(folder, "epochs: 2\nbatch: 6\nbackgrounds: {per_class: 1}\n")
    parts = read_parts(spec)
    spoken = parts.training.spoken
    assert planned(spec, parts).examples == 2 * len(spoken)
    targets = [spoken.target(number) for number in range(len(spoken))]
    assert len({(id(voice), index) for voice, index in targets}) == len(spoken)
    assert {index for voice, index in targets if voice is spoken.voices[0]} == set(spoken.voices[0].chosen)
    settings = ClipSettings(context=0, clean=1, room=0, colour_db=0)
    batches = -(-len(spoken) // 6)
    said = torch.cat([parts.training.batch(number, 6, settings).words for number in range(batches)])
    of_all = torch.tensor([int(voice.takes.words[index]) for voice, index in targets])
    assert torch.equal(said[: len(spoken)].sort().values, of_all.sort().values)
    assert not torch.equal(said[: len(spoken)], of_all)


def test_clips_without_speech_are_of_the_null_class(folder: Path) -> None:
    text = f"{TINY}null_class: true\nclips: {{without_speech: 0.4, clean: 0.0, level_db: 0.0}}\n"
    spec = spec_of(folder, text)
    parts = read_parts(spec)
    batch = parts.training.batch(0, 60, ClipSettings(**spec.clips.model_dump()))
    share = float((batch.words == len(WORDS)).float().mean())
    assert 0.25 < share < 0.55
    assert torch.allclose(batch.sounds.pow(2).mean(1).sqrt(), torch.tensor(0.1), rtol=1e-3)
    loop.train(spec, parts, folder / "null", Uncounted())
    described = read_trained(folder / "null" / "network.safetensors")
    assert described is not None
    assert described.answers == (*WORDS, "")


def test_the_published_layers_are_trained_and_written_as_they_are(folder: Path) -> None:
    text = TINY.replace("dropout: 0.1", "dropout: 0.1, training_norms: false, conv_bias: false")
    spec = spec_of(folder, f"{text}start_from: plain/network.safetensors\n")
    first = spec.model_copy(update={"start_from": None})
    parts = read_parts(spec)
    loop.train(first, parts, folder / "plain", Uncounted())
    described = read_trained(folder / "plain" / "network.safetensors")
    assert described is not None
    names = set(described.build().state_dict())
    assert "conv0.bias" not in names
    assert not [name for name in names if name.startswith("norm")]
    network = loop._Training(spec, parts, folder / "further").network
    trained = torch.load(folder / "plain" / "checkpoint.pt", weights_only=True)["network"]
    torch.testing.assert_close(
        network.trunk.state_dict()["conv2.weight"], trained["trunk.conv2.weight"], rtol=1e-2, atol=1e-3
    )


def test_cochresnet_is_trained_on_both_tasks_and_loaded_from_its_file(folder: Path) -> None:
    sizes = "architecture: cochresnet50, channels: [2, 3, 4, 5], blocks: [1, 1, 1, 1]"
    text = TINY.replace("widths: [4, 4, 4, 4, 4], fc_width: 8, dropout: 0.1", sizes)
    spec = spec_of(folder, f"{text}task: both\n")
    standing = loop.train(spec, read_parts(spec), folder / "resnet", Uncounted())
    assert set(standing.validations[-1]) == {"examples", "word", "background"}
    described = read_trained(folder / "resnet" / "network.safetensors")
    assert described is not None
    assert (described.architecture, described.answers) == ("cochresnet50", WORDS)
    assert [layer.name for layer in described.layers][:3] == ["cochleagram", "conv1_relu1", "layer1"]
