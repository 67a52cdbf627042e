"""Small modules that networks are wrapped with."""

from typing import TypeVar

from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)


class NormalisedNetwork(nn.Module):
    """`network` behind its own normalisation, so that its input is a picture in [0, 1]: scale * x + shift."""

    def __init__(self, network: nn.Module, scale: float, shift: float) -> None:
        super().__init__()
        self.scale = scale
        self.shift = shift
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (batch, classes) of pictures (batch, 3, height, width) in [0, 1]."""
        logits: Tensor = self.network(pictures * self.scale + self.shift)
        return logits


def frozen(module: AnyModule) -> AnyModule:
    """The module in eval mode, its parameters without gradients."""
    return module.eval().requires_grad_(False)
