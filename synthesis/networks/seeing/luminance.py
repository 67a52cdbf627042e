"""The luminance of a picture, for networks that see no colour."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

_WEIGHTS = (0.299, 0.587, 0.114)
"""Of red, green and blue (ITU-R BT.601), as the papers' code converts pictures."""


class _Luminance(Function):
    """Weighted forward, equal shares backward."""

    @staticmethod
    def forward(pictures: Tensor) -> Tensor:
        weights = torch.tensor(_WEIGHTS, dtype=pictures.dtype, device=pictures.device)
        return (pictures * weights.view(-1, 1, 1)).sum(1, keepdim=True)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].expand(-1, len(_WEIGHTS), -1, -1) / len(_WEIGHTS)


def luminance(pictures: Tensor) -> Tensor:
    """Pictures (batch, 3, height, width) to (batch, 1, height, width).

    Its gradient is the true one projected onto grey pictures: an equal share for each colour. A synthesis
    that starts grey so stays grey; with the true gradient, what the network does not see, the hue, would
    drift.
    """
    grey: Tensor = _Luminance.apply(pictures)
    return grey
