"""A network's graph where its forward takes more than the picture."""

from pathlib import Path

import pytest
import torch
from torch import nn

from synthesis.common.errors import UserError
from synthesis.networks.graph import cut, linear_input, output_node
from synthesis.networks.user_module import run_factory
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
