"""Small modules that networks are wrapped with."""

from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)


class NormalisedNetwork(nn.Module):
    """`network` behind its own normalisation, so that its input is a picture in [0, 1]: (x - mean) / std.

    mean, std : one number per colour channel.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, network: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        middle, spread = (torch.tensor(values, dtype=torch.float64).view(-1, 1, 1) for values in (mean, std))
        # Not persistent: the state dict is the network's own.
        self.register_buffer("scale", (1 / spread).float(), persistent=False)
        self.register_buffer("shift", (-middle / spread).float(), persistent=False)
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (batch, classes) of pictures (batch, 3, height, width) in [0, 1]."""
        logits: Tensor = self.network(pictures * self.scale + self.shift)
        return logits


def channels_last(batch: Tensor) -> Tensor:
    """Pictures (batch, channels, height, width) with their channels side by side; sounds as they are."""
    return batch.contiguous(memory_format=torch.channels_last) if batch.ndim == 4 else batch.contiguous()


def frozen(module: AnyModule) -> AnyModule:
    """The module in eval mode, its parameters without gradients."""
    return module.eval().requires_grad_(False)
