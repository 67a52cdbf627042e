"""Files that training writes: what they carry, how they become networks, and what is refused."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.common.errors import UserError
from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.hearing.trained_file import HEADER, Trained, read_trained, write_trained
from synthesis.networks.registry import SoundInput, load_network, registered, require_layers
from tests.synthesis.auditory_networks import COCHCNN, EAR, REDUCED, seeded

WORDS = ("", "about", "above", "after", "again", "all", "also")
DESCRIBED = Trained(
    architecture="cochcnn", settings=COCHCNN, answers=WORDS, task="word", training={"seed": 3, "top1": [0.9]}
)
TINY = {"widths": [1] * 5, "fc_width": 1}
SOUND = torch.randn(1, EAR.samples, generator=torch.Generator().manual_seed(0)) * 0.1


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """Networks are cached by name; here the files behind the names change."""
    monkeypatch.setenv("METAMERLAB_WEIGHTS", str(tmp_path / "weights"))
    (tmp_path / "weights").mkdir()
    load_network.cache_clear()
    yield
    load_network.cache_clear()


def write(path, settings=COCHCNN, **changes):
    """A network whose training norms have been folded, written; the network."""
    net = seeded(lambda: CochCNN(settings, training_norms=True)).folded()
    described = DESCRIBED.model_copy(update={"settings": net.settings})
    write_trained(path, net, described, **changes)
    return net


@torch.no_grad()
def difference(found, wanted):
    return float((found(SOUND) - wanted(SOUND)).norm() / wanted(SOUND).norm())


def test_what_is_written_is_loaded_with_its_words_layers_and_input(tmp_path):
    net = write(tmp_path / "mine.safetensors")
    network = load_network("trained", FileWeights(file=tmp_path / "mine.safetensors"))
    assert network.answers == WORDS
    assert network.input == SoundInput(20_000, EAR.samples)
    assert network.layers == COCHCNN.layers
    assert network.weights_kind == "file"
    assert difference(network.module, net) < 2e-3  # rounded to float16
    assert read_trained(tmp_path / "mine.safetensors").training == {"seed": 3, "top1": [0.9]}


def test_in_float32_nothing_is_lost_and_statistics_are_never_rounded(tmp_path):
    net = write(tmp_path / "exact.safetensors", half=False)
    network = load_network("trained", FileWeights(file=tmp_path / "exact.safetensors"))
    with torch.no_grad():  # as the loaded network, whose weights need no gradient
        assert torch.equal(network.module(SOUND), net(SOUND))
    write(tmp_path / "half.safetensors")
    kinds = {name: value.dtype for name, value in load_file(tmp_path / "half.safetensors").items()}
    assert kinds["conv0.weight"] == kinds["fullyconnected.weight"] == torch.float16
    assert kinds["batchnorm1.running_var"] == kinds["conv0.bias"] == torch.float32
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_header_is_read_without_torch(tmp_path):
    write(tmp_path / "mine.safetensors")
    code = (
        "import sys; from pathlib import Path; "
        "from synthesis.networks.hearing.trained_file import read_trained; "
        f"assert len(read_trained(Path({str(tmp_path / 'mine.safetensors')!r})).answers) == 7; "
        "import synthesis.networks.registry; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("word_cochcnn", COCHCNN),
        ("word_reduced_aliasing", REDUCED),
        ("background_reduced_aliasing", REDUCED),
        ("both_reduced_aliasing", REDUCED),
    ],
)
def test_a_shipped_network_is_what_its_file_says(name, settings, tmp_path):
    net = write(tmp_path / "weights" / f"{name}.safetensors", settings)
    network = load_network(name)
    assert network.answers == WORDS
    assert network.weights_kind == "published"
    assert difference(network.module, net) < 2e-3
    (entry,) = (entry for entry in registered() if entry.name == name)
    assert network.layers == entry.layers


def test_the_random_network_is_the_word_network_before_training(tmp_path):
    write(tmp_path / "weights" / "word_reduced_aliasing.safetensors", REDUCED)
    random, again = load_network("random_reduced_aliasing"), load_network("word_reduced_aliasing", seed(0))
    assert random.answers == WORDS
    assert (random.weights_kind, random.weights_seed) == ("random", 0)
    assert torch.equal(random.module(SOUND), again.module(SOUND))
    other = load_network("random_reduced_aliasing", seed(1))
    assert not torch.equal(random.module(SOUND), other.module(SOUND))
    assert random.module.settings == replace(REDUCED, conv_bias=True)


def seed(number):
    return RandomWeights(random=number)


def test_a_shipped_network_whose_file_is_absent_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("synthesis.networks.sources.find_spec", lambda name: None)
    with pytest.raises(UserError) as caught:
        load_network("both_reduced_aliasing")
    assert str(caught.value) == (
        "both_reduced_aliasing: no weights: both_reduced_aliasing.safetensors does not come with this "
        f"version; put both_reduced_aliasing.safetensors into {tmp_path / 'weights'} (or a folder named by "
        "METAMERLAB_WEIGHTS)"
    )
    with pytest.raises(UserError, match="word_reduced_aliasing: no weights"):
        load_network("random_reduced_aliasing")
    with pytest.raises(UserError, match=r"the file says what network it is: `weights: \{file:"):
        load_network("trained", seed(0))
    with pytest.raises(
        UserError, match=r"trained: there are no published weights to load; say `weights: \{file"
    ):
        load_network("trained")


def test_layers_and_nodes_of_a_file_are_listed_and_required(tmp_path, cli):
    write(tmp_path / "mine.safetensors", REDUCED)
    mine = FileWeights(file=tmp_path / "mine.safetensors")
    code, listed, _ = cli("layers", "trained", "--all", "--weights", mine.file)
    assert code == 0
    assert "antialias1" in listed.split()
    assert cli("layers", "trained", "--weights", mine.file)[1].split()[:2] == ["cochleagram", "relu0"]
    require_layers("trained", ["relu0", "batchnorm2"], mine)
    with pytest.raises(UserError, match=r"trained has no layer 'relu9'"):
        require_layers("trained", ["relu9"], mine)


def header(**changes):
    return json.dumps({**DESCRIBED.model_dump(mode="json"), **changes})


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "does not say what network it belongs to; for trained give a .safetensors file"),
        ({"format": "pt"}, "does not say what network it belongs to"),
        ({HEADER: "not JSON"}, "was written for another version: header: Invalid JSON"),
        ({HEADER: header(architecture="other")}, "architecture: Input should be 'cochcnn'"),
        ({HEADER: header(answers=["a"])}, "header: 1 answers for 7 classes"),
        ({HEADER: header(answers=["a", "a", *"bcdef"])}, "header: answers: 'a' is there twice"),
        ({HEADER: header(unknown=1)}, "unknown: Extra inputs are not permitted"),
        (
            {HEADER: header(settings={"cochleagram": {"samples": 5}})},
            r"settings\.cochleagram: 5 samples are shorter",
        ),
        ({HEADER: header(settings={"width": 3})}, r"settings\.width: Unexpected keyword argument"),
        ({HEADER: header(answers=list("ab"), settings={**TINY, "classes": 2})}, "does not fit trained"),
    ],
)
def test_a_file_that_is_not_one_is_refused_in_one_line(metadata, message, tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.ones(1)}, path, metadata)
    with pytest.raises(UserError, match=message) as caught:
        load_network("trained", FileWeights(file=path))
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_files_of_other_kinds_are_refused(tmp_path):
    torch.save({"a": torch.ones(1)}, tmp_path / "weights.pt")
    (tmp_path / "text.safetensors").write_text("text")
    for file, message in {
        "weights.pt": "does not say what network it belongs to",
        "text.safetensors": "cannot be read as weights",
        "absent.safetensors": "no such weights file",
    }.items():
        with pytest.raises(UserError, match=message):
            load_network("trained", FileWeights(file=tmp_path / file))


def test_weights_that_are_no_numbers_or_belong_to_other_settings_are_not_written(tmp_path):
    net = seeded(lambda: CochCNN(COCHCNN))
    with pytest.raises(ValueError, match="the description's settings are not the module's"):
        write_trained(tmp_path / "a.safetensors", net, DESCRIBED.model_copy(update={"settings": REDUCED}))
    with torch.no_grad():
        net.conv1.weight[0, 0, 0, 0] = 1e6  # more than float16 holds
    with pytest.raises(ValueError, match=r"conv1\.weight has NaN or infinite weights; it was not written"):
        write_trained(tmp_path / "a.safetensors", net, DESCRIBED)
    assert list(tmp_path.glob("*.safetensors")) == []
