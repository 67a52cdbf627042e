"""Cut networks: same values as the whole network, nothing later runs, and the matched clamp's gradient."""

import pytest
import torch
import torchvision
from torch import nn

from synthesis.networks.modules import frozen
from synthesis.networks.registry import Layer, Network, load_network
from synthesis.optimise.activations import Activations, MatchedActivation
from synthesis.optimise.depthwise import StridedDepthwise
from tests.synthesis import networks

assert networks.TINY.name == "tiny"  # importing registers it
LAYERS = load_network("tiny").layers
PICTURES = torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(1))


def as_network(module: nn.Module) -> Network:
    return Network("n", frozen(module), (), 32, 32, "", "", "")


def hooked(module: nn.Module, path: str, pictures: torch.Tensor) -> torch.Tensor:
    """The output of a submodule while the untouched network runs."""
    seen = []
    handle = module.get_submodule(path).register_forward_hook(lambda *call: seen.append(call[2].clone()))
    with torch.no_grad():
        module(pictures)
    handle.remove()
    return seen[0]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_a_cut_network_gives_the_whole_network_s_activation(layer):
    network = load_network("tiny")
    expected = hooked(network.module, layer.node, PICTURES)
    if layer.name == "linear2":
        assert (expected < 0).any(), "the ReLU after the layer must not overwrite it"
    matched = MatchedActivation(network, layer)(PICTURES)
    plain = Activations(network.module, {"it": layer.node})(PICTURES)["it"]
    torch.testing.assert_close(matched, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(plain, expected, rtol=1e-5, atol=1e-5)


def test_several_layers_come_from_one_pass():
    network = load_network("tiny")
    outputs = Activations(network.module, {layer.name: layer.node for layer in LAYERS})(PICTURES)
    for layer in LAYERS:
        expected = hooked(network.module, layer.node, PICTURES)
        torch.testing.assert_close(outputs[layer.name], expected, rtol=1e-5, atol=1e-5)


def test_nothing_after_the_layer_is_left_and_batch_norms_are_folded():
    matched = MatchedActivation(load_network("tiny"), LAYERS[2])
    kinds = [type(module) for module in matched.modules()]
    assert nn.Linear not in kinds
    assert nn.AdaptiveAvgPool2d not in kinds
    assert nn.BatchNorm2d not in kinds
    assert kinds.count(nn.Conv2d) == 3
    assert StridedDepthwise in kinds
    assert not any(parameter.requires_grad for parameter in matched.parameters())


def test_a_clamp_that_is_not_the_matched_activation_keeps_its_gradient():
    network = load_network("tiny")
    pictures = PICTURES.clone().requires_grad_()
    outputs = MatchedActivation(network, LAYERS[-1])(pictures)
    (gradient,) = torch.autograd.grad(outputs.square().sum(), pictures)
    again = PICTURES.clone().requires_grad_()
    (expected,) = torch.autograd.grad(network.module(again).square().sum(), again)
    torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-5)


def test_a_torchvision_network_is_cut_the_same_way():
    torch.manual_seed(0)
    module = torchvision.models.resnet18(weights=None)
    network = as_network(module)
    for name in ("relu", "layer2", "avgpool", "fc"):
        expected = hooked(module, name, PICTURES)
        if name == "relu":  # the module is shared, and runs in place
            expected = expected.clamp(min=0)
        matched = MatchedActivation(network, Layer(name, name))(PICTURES)
        torch.testing.assert_close(matched, expected, rtol=1e-4, atol=1e-5)
