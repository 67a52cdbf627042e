"""Every registered network, with random weights: matched activations, their gradients, and what is cut away.

What a clamp's input should be is read from the untouched network, by hooks on modules that are named here.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import nn

from synthesis.bundle.spec import RandomWeights
from synthesis.networks.graph import output_node
from synthesis.networks.registry import PictureInput, load_network, registered
from synthesis.optimise.activations import Activations, MatchedActivation

# Smaller pictures than the networks', where the architecture allows, to be fast.
SIZE_PX = {"alexnet": 95, "lowpass_alexnet": 95, "inception_v3": 107, "vonealexnet": 48}
DEFAULT_SIZE_PX = 64

INCEPTION_ENDS = ("branch1x1", "branch5x5_2", "branch3x3dbl_3", "branch_pool")
INCEPTION_7X7_ENDS = ("branch1x1", "branch7x7_3", "branch7x7dbl_5", "branch_pool")
STAGES = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
ALEXNET_RELUS = ("features.1", "features.4", "features.7", "features.9", "features.11")

# Entries whose architecture is another's: only their checkpoints differ.
SAME_ARCHITECTURE = {"alexnet_gn_supervised"}
# For each layer that comes out of clamps: the modules whose outputs, joined, are what is clamped; or, with
# "into", the clamp's own module, whose last input it is.
CLAMPED = {
    "efficientnet_lite0": {"stem": "into bn1.act", "head": "into bn2.act"},
    "efficientnet_lite1": {"stem": "into bn1.act", "head": "into bn2.act"},
    "vgg19": {
        **{f"conv_relu_{name}": f"into features.{at}" for name, at in
           {"0_1": 3, "1_1": 8, "2_3": 17, "3_3": 26, "4_3": 35}.items()},
        "fc_relu_0": "into classifier.1",
        "fc_relu_1": "into classifier.4",
    },
    "inception_v3": {
        **{name: f"{name}.bn" for name in
           ("Conv2d_1a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")},
        "Mixed_5d": " ".join(f"Mixed_5d.{end}.bn" for end in INCEPTION_ENDS),
        "Mixed_6e": " ".join(f"Mixed_6e.{end}.bn" for end in INCEPTION_7X7_ENDS),
    },
    **{
        name: {
            "conv1_relu1": "into relu",
            **{f"layer{stage + 1}": f"into layer{stage + 1}.{blocks - 1}.relu"
               for stage, blocks in enumerate(STAGES[name])},
        }
        for name in STAGES
    },
    "resnetv2_101": {},
    **{
        name: {
            **{f"relu{k}": f"into {module}" for k, module in enumerate(ALEXNET_RELUS)},
            "fc0_relu": "into classifier.2",
            "fc1_relu": "into classifier.5",
        }
        for name in ("alexnet", "lowpass_alexnet")
    },
    "cornet_s": {"V1": "into V1.nonlin2", **{area: f"into {area}.nonlin3" for area in ("V2", "V4", "IT")}},
    "vonealexnet": {
        "v1_output": "into vone_block.output",
        **{f"relu{k}": f"into model.features.{at}" for k, at in ((1, 1), (2, 4), (3, 6), (4, 8))},
        "fc0_relu": "into model.classifier.2",
        "fc1_relu": "into model.classifier.5",
    },
    "hmax_standard": {},
    **{
        name: {part: f"into {part}.2" for part in (*(f"conv_block_{k}" for k in range(1, 6)), "fc6", "fc7")}
        for name in ("alexnet_gn", *SAME_ARCHITECTURE)
    },
}  # fmt: skip
TESTED = sorted(CLAMPED.keys() - SAME_ARCHITECTURE)
LAYERS = [
    (entry.name, layer.name) for entry in registered() if entry.name in TESTED for layer in entry.layers
]


@pytest.fixture(scope="module", autouse=True)
def networks_are_forgotten() -> Iterator[None]:
    """All of them together fill gigabytes, which later tests have no use for."""
    yield
    load_network.cache_clear()


def test_every_entry_is_tested_here():
    shown_pictures = {entry.name for entry in registered() if isinstance(entry.input, PictureInput)}
    assert shown_pictures - {"tiny"} == set(CLAMPED)


def picture(name, batch=1):
    size = SIZE_PX.get(name, DEFAULT_SIZE_PX)
    return torch.rand((batch, 3, size, size), generator=torch.Generator().manual_seed(3))


def network_of(name):
    return load_network(name, RandomWeights(random=1))


def in_float64(network):
    return replace(network, module=deepcopy(network.module).double())


def watched(module, paths, pictures, into=False):
    """The last input (`into`) or output of submodules while the untouched network runs, with gradients."""
    seen = {}

    def note(path):
        def before(_, inputs):
            seen[path] = inputs[0].clone()  # some clamps write into their input

        def after(_, inputs, output):
            seen[path] = output.clone()

        called = module.get_submodule(path)
        return called.register_forward_pre_hook(before) if into else called.register_forward_hook(after)

    handles = [note(path) for path in paths]
    module(pictures)
    for handle in handles:
        handle.remove()
    return torch.cat([seen[path] for path in paths], dim=1)


def output_of(network, layer, pictures):
    """What the layer's module returns in the untouched network."""
    return watched(network.module, [layer.node], pictures)


def close(value, expected, tolerance=2e-4):
    scale = float(expected.abs().max())
    assert scale > 0
    torch.testing.assert_close(value / scale, expected / scale, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("name", "layer_name"), LAYERS)
def test_the_matched_activation_is_the_network_s(name, layer_name):
    network = network_of(name)
    layer, pictures = network.layer(layer_name), picture(name)
    with torch.no_grad():
        expected = output_of(network, layer, pictures)
        matched = MatchedActivation(network, layer)(pictures)
        plain = Activations(network.module, {"it": layer.node})(pictures)["it"]
    close(matched, expected)
    close(plain, expected)


@pytest.mark.parametrize(("name", "layer_name"), LAYERS)
def test_the_matched_clamps_alone_are_freed(name, layer_name):
    """The gradient is that of the clamp's input in the untouched network; without clamp, the layer's.

    In float64: folding batch norms moves a value near zero to the other side of an earlier clamp otherwise.
    """
    network = in_float64(network_of(name))
    layer = network.layer(layer_name)
    pictures, again = (picture(name).double().requires_grad_() for _ in range(2))
    where = CLAMPED[name].get(layer_name)
    if where is None:
        source = output_of(network, layer, again)
    else:
        into, paths = where.startswith("into "), where.removeprefix("into ").split()
        source = watched(network.module, [f"network.{path}" for path in paths], again, into)
    output = MatchedActivation(network, layer)(pictures)
    if where is not None:
        # LowpassAlexNet's first matched ReLU follows the pooling of a ReLU: it has nothing left to clamp.
        clamps = not torch.allclose(output, source, rtol=0, atol=1e-9)
        assert clamps is ((name, layer_name) != ("lowpass_alexnet", "relu0"))
    cotangent = torch.randn(output.shape, generator=torch.Generator().manual_seed(4), dtype=output.dtype)
    (gradient,) = torch.autograd.grad(output, pictures, cotangent)
    (expected,) = torch.autograd.grad(source, again, cotangent)
    close(gradient, expected, tolerance=1e-9)


@pytest.mark.parametrize("name", TESTED)
def test_nothing_after_a_layer_is_left(name):
    """The cut graph calls only modules that the untouched network has called when the layer ends."""
    network = network_of(name)
    order = calls_in_order(network.module, picture(name))
    for layer in network.layers[:-1]:
        end = max(place for place, path in enumerate(order) if inside(path, layer.node))
        graph = MatchedActivation(network, layer).graph.graph
        called = {str(node.target) for node in graph.nodes if node.op == "call_module"}
        early = set(order[: end + 1])
        # A joint batch norm and activation of timm is split in the graph: bn1 is bn1.0, bn1.1, bn1.2.
        late = {path for path in called if path not in early and path.rsplit(".", 1)[0] not in early}
        assert called
        assert not late, layer
        assert len(order[end + 1 :]) > 0


def calls_in_order(module, pictures):
    """Paths of the leaf modules in the order in which they end."""
    order, handles = [], []
    for path, child in module.named_modules():
        if not any(True for _ in child.children()) or hasattr(child, "running_mean"):
            handles.append(child.register_forward_hook(lambda *_, path=path: order.append(path)))
    with torch.no_grad():
        module(pictures)
    for handle in handles:
        handle.remove()
    return order


def inside(path, node):
    return path == node or path.startswith(node + ".")


def test_freed_clamps_are_counted_by_hand():
    def freed(name, layer):
        network = network_of(name)
        code = MatchedActivation(network, network.layer(layer)).graph.code
        return len(re.findall(r"identity_gradient\(", code))

    assert freed("resnet50", "layer3") == 1
    assert freed("resnet50", "avgpool") == 0
    assert freed("resnetv2_101", "block2") == 0
    assert freed("inception_v3", "Mixed_5d") == 4
    assert freed("inception_v3", "Conv2d_2b_3x3") == 1


@pytest.mark.parametrize("name", TESTED)
def test_logits_and_features_are_where_the_entry_says(name):
    network = network_of(name)
    outputs = Activations(
        network.module, {"features": network.feature_node, "logits": output_node(network.module)}
    )(picture(name, batch=2))
    assert outputs["logits"].shape == (2, 1000)
    features = outputs["features"].flatten(1)
    last = [module for module in network.module.modules() if isinstance(module, nn.Linear | nn.Conv2d)][-1]
    width = last.in_features if isinstance(last, nn.Linear) else last.in_channels
    assert features.shape[1] == width
    with torch.no_grad():
        torch.testing.assert_close(outputs["logits"], network.module(picture(name, batch=2)))


@pytest.mark.parametrize("name", TESTED)
def test_random_weights_neither_explode_nor_vanish(name):
    network = network_of(name)
    outputs = Activations(network.module, {layer.name: layer.node for layer in network.layers})(picture(name))
    for layer, activation in outputs.items():
        # The largest is Inception's, 1e11: far from where float32 or bfloat16 overflow, squares included.
        assert 1e-3 < float(activation.std()) < 1e13, layer
