"""The matched clamp's gradient, in every way in which a clamp is written, and what is no clamp."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from synthesis.networks.modules import frozen
from synthesis.networks.registry import Layer, Network
from synthesis.optimise.activations import MatchedActivation, output_node
from synthesis.optimise.clamps import freed_clamps


class Linear(nn.Module):
    """last(second(relu(first(x)))), the last operation written in one of several ways."""

    def __init__(self, last):
        super().__init__()
        self.first, self.second = nn.Linear(6, 8), nn.Linear(8, 10)
        self.relu, self.relu6, self.hardtanh = nn.ReLU(), nn.ReLU6(), nn.Hardtanh(-0.1, 0.1, inplace=True)
        self.threshold, self.jump = nn.Threshold(0.0, 0.0, inplace=True), nn.Threshold(0.1, 0.0)
        self.flatten, self.dropout = nn.Flatten(), nn.Dropout()
        self.leaky, self.elu, self.gelu = nn.LeakyReLU(), nn.ELU(), nn.GELU()
        self.register_buffer("zero", torch.tensor(0.0))
        self.register_buffer("zeros", torch.zeros(1, 1, 10))
        self.register_buffer("limits", torch.linspace(-0.5, 0.5, 10))
        self.last = last

    def forward(self, x):
        return self.last(self, self.second(functional.relu(self.first(x))))


CLAMPS = {
    "module": lambda net, x: net.relu(x),
    "relu6": lambda net, x: net.relu6(x),
    "function": lambda net, x: functional.relu(x),
    "in place": lambda net, x: functional.relu(x, inplace=True),
    "in place by position": lambda net, x: functional.relu(x, True),
    "in place by name": lambda net, x: torch.relu_(x),
    "by keyword": lambda net, x: functional.relu(input=x),
    "hardtanh": lambda net, x: functional.hardtanh(x, 0, 1, True),
    "hardtanh in place": lambda net, x: functional.hardtanh_(x, 0.0, 1.0),
    "hardtanh module": lambda net, x: net.hardtanh(x),
    "method": lambda net, x: x.relu_(),
    "method clamp": lambda net, x: x.clamp_min(0),
    "method clamp by keyword": lambda net, x: x.clamp(min=0),
    "clamp": lambda net, x: torch.clamp(x, min=0),
    "clamp by a tensor": lambda net, x: torch.clamp(x, min=net.zero),
    "flattened": lambda net, x: net.dropout(net.flatten(net.relu(x))),
    "two": lambda net, x: functional.relu(x).clamp(max=20),
    "threshold": lambda net, x: functional.threshold(x, 0, 0),
    "threshold in place": lambda net, x: functional.threshold_(x, 0, 0),
    "threshold by keyword": lambda net, x: functional.threshold(x, threshold=0.0, value=0.0, inplace=True),
    "torch threshold": lambda net, x: torch.threshold(x, 0.0, 0.0),
    "threshold module": lambda net, x: net.threshold(x),
    "where": lambda net, x: torch.where(x > 0, x, 0),
    "where at least": lambda net, x: torch.where(x >= 0, x, 0.0),
    "where reversed": lambda net, x: torch.where(x < 0, 0.0, x),
    "where the number comes first": lambda net, x: torch.where(0 < x, x, 0.0),  # noqa: SIM300
    "where with a buffer": lambda net, x: torch.where(x.gt(0), x, net.zero),
    "where with zeros": lambda net, x: torch.where(torch.le(x, 0), torch.zeros_like(x), x),
    "where with a new tensor": lambda net, x: torch.where(x > 0, x, torch.tensor(0.0)),
    "where with full": lambda net, x: torch.where(x > 0, x, torch.full_like(x, 0.0)),
    "where by keyword": lambda net, x: torch.where(condition=x > 0, input=x, other=net.zero),
    "method where": lambda net, x: x.where(x > 0, 0.0),
    "method where with new zeros": lambda net, x: x.where(x.ge(0), x.new_zeros(())),
    "masked fill": lambda net, x: x.masked_fill(x < 0, 0.0),
    "masked fill in place": lambda net, x: x.masked_fill_(x <= 0, 0),
    "maximum": lambda net, x: torch.maximum(x, net.zero),
    "maximum the other way": lambda net, x: torch.maximum(torch.zeros_like(x), x),
    "method maximum": lambda net, x: x.maximum(torch.zeros((), dtype=x.dtype)),
    "max": lambda net, x: torch.max(x, net.zero),
    "max by keyword": lambda net, x: torch.max(x, other=torch.tensor(0.0)),
    "method max": lambda net, x: x.max(net.zero),
    "maximum with more axes": lambda net, x: torch.maximum(x, net.zeros),
    "maximum with a limit for each": lambda net, x: torch.maximum(x, net.limits),
    "product": lambda net, x: x * (x > 0),
    "product the other way": lambda net, x: (x >= 0) * x,
    "product of floats": lambda net, x: x * (x > 0).float(),
    "product cast": lambda net, x: x * (x > 0).to(x.dtype),
    "method product": lambda net, x: x.mul(x.gt(0).type_as(x)),
    "product in place": lambda net, x: x.mul_(x > 0),
    "torch product": lambda net, x: torch.mul(x, torch.gt(x, 0)),
}


def as_network(module):
    return Network("n", frozen(module))


def last_layer(module):
    """The last node's name depends on how the clamp is written; it is what the network returns."""
    return Layer("last", output_node(module))


def made(last):
    torch.manual_seed(0)
    return frozen(Linear(last))


def gradients(activation, x, weights):
    (gradient,) = torch.autograd.grad((activation(x) * weights).sum(), x)
    return gradient


@pytest.mark.parametrize("kind", CLAMPS)
def test_the_matched_clamp_has_an_identity_gradient_and_earlier_ones_keep_theirs(kind):
    module = made(CLAMPS[kind])
    network, layer = as_network(module), last_layer(module)
    x = torch.randn(4, 6, requires_grad=True)
    output = MatchedActivation(network, layer)(x)
    assert torch.equal(output, module(x.detach()))
    before = module.first(x.detach())
    clamped = module.second(before.relu())
    assert (output != clamped).any()
    weights = torch.randn(output.shape)
    # By hand: through the second layer as if unclamped, through the first clamp where it is open.
    by_hand = ((weights.reshape(4, 10) @ module.second.weight) * (before > 0)) @ module.first.weight
    torch.testing.assert_close(gradients(MatchedActivation(network, layer), x, weights), by_hand)
    own = gradients(module, x, weights)
    assert not torch.allclose(own, by_hand)
    torch.testing.assert_close(gradients(MatchedActivation(network, layer, "kept"), x, weights), own)
    assert freed_clamps(network, layer, "kept") == ()
    assert layer.node in (*freed_clamps(network, layer), "dropout")


@pytest.mark.parametrize("kind", CLAMPS)
def test_a_clamp_before_the_matched_activation_keeps_its_gradient(kind):
    module = made(lambda net, x: CLAMPS[kind](net, x).flatten(1).tanh())
    network, layer = as_network(module), last_layer(module)
    x = torch.randn(4, 6, requires_grad=True)
    output = MatchedActivation(network, layer)(x)
    assert torch.equal(output, module(x.detach()))
    assert freed_clamps(network, layer) == ()
    weights = torch.randn(output.shape)
    torch.testing.assert_close(
        gradients(MatchedActivation(network, layer), x, weights), gradients(module, x, weights)
    )


NO_CLAMPS = {
    "leaky": lambda net, x: net.leaky(x),
    "elu": lambda net, x: net.elu(x),
    "gelu": lambda net, x: net.gelu(x),
    "a jump": lambda net, x: net.jump(x),
    "a jump as function": lambda net, x: functional.threshold(x, 0.1, 0.0),
    "a leaky where": lambda net, x: torch.where(x > 0, x, 0.01 * x),
    "a where with another value": lambda net, x: torch.where(x > 0, x, -1.0),
    "a where with another limit": lambda net, x: torch.where(x > 0.1, x, 0.0),
    "a where of other values": lambda net, x: torch.where(x > 0, 2 * x, 0.0),
    "a where by another value": lambda net, x: torch.where(2 * x > 0, x, 0.0),
    "a where by equality": lambda net, x: torch.where(x != 0, x, 0.0),
    "a maximum of two": lambda net, x: torch.maximum(x, -x),
    "a largest value": lambda net, x: x.max(1, keepdim=True).values,
    "an amax": lambda net, x: x.amax(1),
    "limits that move": lambda net, x: torch.clamp(x, min=-x.abs().mean()),
    "a product with another": lambda net, x: x * (2 * x > 1),
    "a product with another limit": lambda net, x: x * (x > 0.1),
    "a gate": lambda net, x: x * torch.sigmoid(x),
    "filled otherwise": lambda net, x: x.masked_fill(x < 0, 1.0),
}


@pytest.mark.parametrize("kind", NO_CLAMPS)
def test_what_is_no_clamp_is_left_alone(kind):
    module = made(NO_CLAMPS[kind])
    network, layer = as_network(module), last_layer(module)
    assert freed_clamps(network, layer) == ()
    x = torch.randn(4, 6, requires_grad=True)
    matched = MatchedActivation(network, layer)
    assert torch.equal(matched(x), module(x.detach()))
    weights = torch.randn(matched(x).shape)
    torch.testing.assert_close(gradients(matched, x, weights), gradients(module, x, weights))


@pytest.mark.parametrize(
    ("last", "names"),
    [
        (CLAMPS["module"], ("relu_1",)),
        (CLAMPS["flattened"], ("relu_1",)),
        (CLAMPS["two"], ("relu_1", "clamp")),
        (CLAMPS["where"], ("where",)),
        (lambda net, x: torch.cat([net.relu6(x), x, x.clamp(0, 1)], 1), ("relu6", "clamp")),
        (lambda net, x: x.tanh(), ()),
    ],
)
def test_freed_clamps_are_named_as_nodes_are_in_depth_order(last, names):
    module = made(last)
    network = as_network(module)
    assert freed_clamps(network, last_layer(module)) == names
    assert set(names) <= set(network.nodes())
