"""The embedded default network: its weights, its answers, and its layers."""

import json

import numpy as np
import pytest
import torch

from synthesis.activations import MatchedActivation
from synthesis.bundle.store import BundleStore
from synthesis.images import category_folder, read_picture, to_input
from synthesis.networks.efficientnet_lite import LITE0_STAGES, lite_layers, timm_name
from synthesis.observer import Observer
from synthesis.registry import load_network
from synthesis.vision.decision import FeatherRule
from tests.synthesis.networks import SHARED_DATA, smooth_picture
from tests.synthesis.test_activations import hooked

PHOTOS = SHARED_DATA / "photos16"


@pytest.fixture(scope="module")
def network():
    return load_network("efficientnet_lite0")


def test_published_parameter_names_map_by_hand_made_examples():
    assert timm_name("_conv_stem.weight", LITE0_STAGES) == "conv_stem.weight"
    assert timm_name("_blocks.0._project_conv.weight", LITE0_STAGES) == "blocks.0.0.conv_pw.weight"
    assert timm_name("_blocks.1._expand_conv.weight", LITE0_STAGES) == "blocks.1.0.conv_pw.weight"
    assert timm_name("_blocks.10._bn2.running_var", LITE0_STAGES) == "blocks.4.2.bn3.running_var"
    assert timm_name("_blocks.15._depthwise_conv.weight", LITE0_STAGES) == "blocks.6.0.conv_dw.weight"
    assert timm_name("_bn1.bias", LITE0_STAGES) == "bn2.bias"
    assert timm_name("_fc.weight", LITE0_STAGES) == "classifier.weight"


@pytest.mark.parametrize("name", [layer.name for layer in lite_layers(LITE0_STAGES)])
def test_the_optimised_part_equals_the_network(network, name):
    layer = network.layer(name)
    pictures = torch.from_numpy(to_input(np.stack([smooth_picture(1, 224)])))
    expected = hooked(network.module, layer.node, pictures)
    matched = MatchedActivation(network, layer)(pictures)
    scale = float(expected.abs().max())
    torch.testing.assert_close(matched / scale, expected / scale, rtol=0, atol=1e-5)
    if layer.name in ("stem", "head"):
        assert 0 <= float(expected.min()) <= float(expected.max()) <= 6


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photographs are not here")
def test_it_names_photographs(network):
    observer = Observer(network, FeatherRule())
    answers = [
        (category, observer.answer(read_picture(path, network.input_px, network.resize_px)))
        for category, path in category_folder(PHOTOS)[::2]
    ]
    accuracy = np.mean([category == answer for category, answer in answers])
    # 0.86 of all 80; chance is 1/16, and wrong weights, normalisation or padding cost more than this margin.
    assert accuracy >= 0.8, answers


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photographs are not here")
def test_a_photograph_gets_a_certified_metamer(cli, tmp_path):
    for category in ("dog", "bird", "elephant"):
        (tmp_path / "stimuli" / category).mkdir(parents=True)
        path = sorted((PHOTOS / category).glob("*.png"))[0]
        (tmp_path / "stimuli" / category / path.name).write_bytes(path.read_bytes())
    spec = tmp_path / "spec.yaml"
    spec.write_text("model: efficientnet_lite0\nlayers: [stem]\nstimuli: stimuli\nmax_steps: 80\n")
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0, err
    assert json.loads(out)["passed"] == 3
    for item in BundleStore(tmp_path / "out").read_manifest().items:
        assert item.certificate.relative_error < 0.1
        assert item.certificate.spearman > 0.95
