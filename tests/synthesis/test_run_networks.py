"""Runs with other weights, seeds, modules of one's own and unpublished layers; and their verification."""

import json
import shutil

import pytest
import torch

from synthesis.bundle.spec import SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.common.yaml_file import load_yaml
from synthesis.runs.plan import make_plan
from tests.synthesis.networks import tiny_body

MODULE = """\
from synthesis.networks.registry import Network, PictureInput
from tests.synthesis.networks import TinyBody

def make():
    return Network("any", TinyBody(), input=PictureInput(32, 32))
"""


@pytest.fixture
def short(spec):
    """The small spec with few steps and one layer."""
    text = spec.read_text().replace("max_steps: 60", "max_steps: 3")
    spec.write_text(text.replace("layers: [relu6, relu1]", "layers: [relu1]"))
    return spec


def edit(spec, *pairs):
    text = spec.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    spec.write_text(text)


def test_random_weights_are_made_and_verified_from_their_seed(cli, short, tmp_path):
    edit(short, ("model: tiny", "model: tiny\nweights: {random: 5}"))
    assert cli("run", short, "--out", tmp_path / "out")[0] == 0
    manifest = BundleStore(tmp_path / "out").read_manifest()
    assert (manifest.model.weights_kind, manifest.model.weights_seed) == ("random", 5)
    assert manifest.spec["weights"] == {"random": 5}
    code, _, err = cli("verify", tmp_path / "out")
    assert code == 0, err


def test_weights_from_a_file_are_recorded_by_digest_and_asked_for(cli, short, tmp_path):
    torch.save(tiny_body().state_dict(), tmp_path / "mine.pt")
    torch.save(tiny_body().state_dict(), tmp_path / "other.pt")
    edit(short, ("model: tiny", "model: tiny\nweights: {file: mine.pt}"))
    code, _, err = cli("run", short, "--out", tmp_path / "out")
    assert code == 0, err
    manifest = BundleStore(tmp_path / "out").read_manifest()
    assert manifest.spec["weights"] == {"file_sha256": manifest.model.weights_sha256}
    assert str(tmp_path) not in json.dumps(manifest.model_dump(mode="json"))
    code, _, err = cli("verify", tmp_path / "out")
    assert code == 1
    assert "made with weights from a file" in err.strip().splitlines()[-1]
    assert err.strip().endswith("say where it is: --weights FILE")
    assert cli("verify", tmp_path / "out", "--weights", tmp_path / "mine.pt")[0] == 0
    code, _, err = cli("verify", tmp_path / "out", "--weights", tmp_path / "other.pt")
    assert code == 1
    assert "model weights_sha256: recorded" in err
    # The same file elsewhere is the same spec.
    (tmp_path / "moved").mkdir()
    shutil.move(tmp_path / "mine.pt", tmp_path / "moved" / "mine.pt")
    edit(short, ("file: mine.pt", "file: moved/mine.pt"))
    assert make_plan(load_yaml(short, SynthesisSpec)).record == manifest.spec


def test_a_missing_weights_file_is_one_line_and_leaves_nothing(cli, short, tmp_path):
    edit(short, ("model: tiny", "model: tiny\nweights: {file: mine.pt}"))
    code, _, err = cli("run", short, "--out", tmp_path / "out")
    assert code == 1
    assert err.strip() == f"weights: {tmp_path / 'mine.pt'}: cannot be read (No such file or directory)"
    assert not (tmp_path / "out").exists()


def test_a_module_of_one_s_own_lies_beside_the_spec_and_is_never_run_from_a_bundle(cli, short, tmp_path):
    (tmp_path / "own.py").write_text(MODULE)
    edit(short, ("model: tiny", "model: own.py:make"), ("[relu1]", "[relu1, norm2]"))
    code, _, err = cli("run", short, "--out", tmp_path / "out")
    assert code == 0, err
    manifest = BundleStore(tmp_path / "out").read_manifest()
    assert manifest.model.name == manifest.spec["model"] == "own.py:make"
    assert manifest.layers == ["relu1", "norm2"]
    code, _, err = cli("verify", tmp_path / "out")
    assert code == 1
    assert err.strip().endswith("say where it is: --model path/to/own.py:make")
    assert cli("verify", tmp_path / "out", "--model", tmp_path / "own.py:make")[0] == 0
    (tmp_path / "own.py").write_text(MODULE + "# changed\n")
    assert make_plan(load_yaml(short, SynthesisSpec)).record != manifest.spec


def test_unpublished_nodes_are_layers_like_any_other(cli, short, tmp_path):
    edit(short, ("[relu1]", "[norm3.1, conv2, relu1]"))
    code, _, err = cli("run", short, "--out", tmp_path / "out")
    assert code == 0, err
    manifest = BundleStore(tmp_path / "out").read_manifest()
    assert manifest.layers == ["relu1", "conv2", "norm3.1"]
    assert manifest.model.layers == ["relu1", "conv2", "linear2", "norm3.1", "relu6", "features", "logits"]
    assert [match.layer for match in manifest.items[0].profile] == manifest.model.layers
    code, _, err = cli("verify", tmp_path / "out")
    assert code == 0, err


def test_a_layer_without_gradient_is_refused_before_anything_is_made(cli, short, tmp_path):
    (tmp_path / "own.py").write_text(
        MODULE.replace(
            "def make():",
            "class Odd(TinyBody):\n"
            "    def forward(self, x):\n"
            "        return super().forward(x) + x.argmax(1).float().mean()\n\n"
            "def make():",
        ).replace('"any", TinyBody()', '"any", Odd()')
    )
    edit(short, ("model: tiny", "model: own.py:make"), ("[relu1]", "[argmax]"))
    code, _, err = cli("run", short, "--out", tmp_path / "out")
    assert code == 1
    assert "own.py:make: layer argmax: has no gradient (torch.int64" in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out" / "manifest.json").exists()
