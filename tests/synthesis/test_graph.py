"""A network's graph where its forward takes more than the picture."""

from pathlib import Path

import pytest
import torch
from torch import nn

from synthesis.common.errors import UserError
from synthesis.networks.graph import cut, linear_input, output_node, positions
from synthesis.networks.modules import frozen
from synthesis.networks.network import Layer, Network
from synthesis.networks.user_module import run_factory
from synthesis.optimise.clamps import freed_clamps
from tests.synthesis.networks import tiny_body


class WithOptions(nn.Module):
    """Further parameters, as the forward of published robust networks has."""

    def __init__(self) -> None:
        super().__init__()
        self.body = tiny_body()

    def forward(self, x, with_latent=False, *, fake_relu=None, scale=1.0, **others):
        features = self.body.pool(self.body.norm3(self.body.conv3(self.body.conv2(self.body.conv1(x)))))
        logits = self.body.classifier(features) * scale
        return (logits, features) if with_latent else logits


def test_further_parameters_of_forward_keep_their_defaults() -> None:
    module = WithOptions().eval()
    assert output_node(module) == "mul"
    assert linear_input(module) == "body.pool.1"
    x = torch.rand(2, 3, 32, 32)
    given = cut(module, {"body.pool", "mul"})(x)
    logits, features = module(x, with_latent=True)
    assert torch.equal(given["mul"], logits)
    assert torch.equal(given["body.pool"], features)
    assert type(module) is WithOptions


MODULE = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.pool = nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 10)

    def forward(self, x, {parameters}):
        latent = self.pool(self.conv(x)).flatten(1)
        return (self.fc(latent), latent) if {tuple_if} else self.fc(latent)

def make():
    return Net()
"""


def test_a_user_s_module_with_a_further_parameter_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MODULE.format(parameters="with_latent=False", tuple_if="with_latent"))
    assert output_node(run_factory(path, "make").module) == "fc"


@pytest.mark.parametrize("parameters", ["mask", "*, mask"])
def test_a_further_parameter_without_a_default_is_refused_by_name(tmp_path: Path, parameters: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MODULE.format(parameters=parameters, tuple_if="mask"))
    with pytest.raises(UserError, match=r"Net cannot be followed by torch.fx: .*argument.*'mask'"):
        output_node(run_factory(path, "make").module)


ROBUST = '''
import torch
from torch import nn
from torch.nn import functional

class FakeReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output

class FakeReLUModule(nn.Module):
    def forward(self, x):
        return FakeReLU.apply(x)

class SequentialWithArgs(nn.Sequential):
    def forward(self, input, *args, **kwargs):
        parts = list(self)
        for number, part in enumerate(parts):
            input = part(input, *args, **kwargs) if number == len(parts) - 1 else part(input)
        return input

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8)

    def forward(self, x, fake_relu=False):
        x = x + self.bn(self.conv(x))
        return FakeReLU.apply(x) if fake_relu else functional.relu(x)

class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.relu = nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(inplace=True)
        self.layer1 = SequentialWithArgs(Block(), Block())
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(8, 1000)

    def forward(self, x, with_latent=False, fake_relu=False, no_relu=False):
        x = self.layer1(self.relu(self.conv1(x)), fake_relu=fake_relu)
        pre_out = self.avgpool(x).view(x.size(0), -1)
        final = self.fc(pre_out)
        if no_relu and not with_latent:
            print("no_relu has no visible effect if with_latent is False.")
        return (final, pre_out) if with_latent else final

class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("new_mean", torch.tensor([0.485, 0.456, 0.406])[..., None, None])
        self.register_buffer("new_std", torch.tensor([0.229, 0.224, 0.225])[..., None, None])

    def forward(self, x):
        return (torch.clamp(x, 0, 1) - self.new_mean) / self.new_std

class AttackerModel(nn.Module):
    """`with_image` is off by default, where the library's gives the picture back too."""
    def __init__(self):
        super().__init__()
        self.normalizer, self.model = Normalise(), ResNet()

    def forward(self, inp, target=None, make_adv=False, with_latent=False, fake_relu=False, no_relu=False,
                with_image=False, **attacker_kwargs):
        if make_adv:
            raise AssertionError("no attack is asked for")
        if no_relu and not with_latent:
            raise ValueError("no_relu without with_latent")
        normalised = self.normalizer(inp)
        output = self.model(normalised, with_latent=with_latent, fake_relu=fake_relu, no_relu=no_relu)
        return (output, normalised) if with_image else output

class Outer(nn.Module):
    def __init__(self, **asked):
        super().__init__()
        self.body, self.asked = AttackerModel(), asked

    def forward(self, x):
        returned = self.body(x, None, **self.asked)
        return returned[0] if isinstance(returned, tuple) else returned

def bare(): return ResNet()
def attacked(): return AttackerModel()
def nested(): return Outer(no_relu=False, with_latent=False)
def pair(): return Outer(with_latent=True, no_relu=True)
def pair_alone(): return Paired()
def fake(): return Outer(fake_relu=True)

class Paired(ResNet):
    def forward(self, x):
        return super().forward(x, with_latent=True)
'''


@pytest.fixture
def robust(tmp_path: Path) -> Path:
    (tmp_path / "robust.py").write_text(ROBUST)
    return tmp_path / "robust.py"


@pytest.mark.parametrize(
    ("factory", "body"),
    [("bare", ""), ("attacked", "model."), ("nested", "body.model."), ("pair", "body.model.")],
)
def test_networks_with_the_flags_of_robust_ones_are_cut_however_deep_they_are(
    robust: Path, factory: str, body: str
) -> None:
    module = run_factory(robust, factory).module.eval()
    assert output_node(module) == f"{body}fc"
    assert linear_input(module) == f"{body}view"
    assert {f"{body}layer1", f"{body}layer1.1.relu"} <= set(positions(module))
    x = torch.rand(2, 3, 32, 32)
    network = Network("robust", frozen(module))
    logits = cut(module, {f"{body}fc"})(x)[f"{body}fc"]
    assert torch.equal(logits, module(x))
    assert freed_clamps(network, Layer("layer1", f"{body}layer1")) == (f"{body}layer1.1.relu",)


def test_a_robust_network_that_gives_two_things_is_refused(robust: Path) -> None:
    with pytest.raises(UserError, match=r"Paired returns tuple; it must return logits alone"):
        output_node(run_factory(robust, "pair_alone").module)


def test_a_function_with_a_gradient_of_its_own_keeps_it(robust: Path) -> None:
    module = frozen(run_factory(robust, "fake").module)
    plain = frozen(run_factory(robust, "nested").module)
    plain.load_state_dict(module.state_dict())
    x = torch.rand(2, 3, 32, 32, requires_grad=True)
    graph = cut(module, {"body.model.fc"})
    logits, own = graph(x)["body.model.fc"], module(x)
    assert torch.equal(logits, own)
    given, expected, other = (
        torch.autograd.grad(values.square().sum(), x)[0] for values in (logits, own, plain(x))
    )
    torch.testing.assert_close(given, expected)
    assert not torch.allclose(given, other)
    names = [name for name in positions(module) if name.endswith("fake_re_lu")]
    assert names == ["body.model.layer1.1.fake_re_lu"], "only the last block is given the flag"
