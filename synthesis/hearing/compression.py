"""Power compression with a tamed gradient."""

from typing import Any

import torch
from torch import Tensor


def compress(envelopes: Tensor, scale: float, offset: float, exponent: float, limit: float) -> Tensor:
    """(scale * (max(x, 0) + offset)) ** exponent, element by element.

    In the gradient the clamp at 0 is the identity, and the power's derivative, infinite or huge at silence,
    is clamped to plus or minus `limit` (Feather et al. 2023, Methods, "Cochlear stage").
    """
    compressed: Tensor = _Compression.apply(envelopes, scale, offset, exponent, limit)
    return compressed


class _Compression(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, envelopes: Tensor, scale: float, offset: float, exponent: float, limit: float
    ) -> Tensor:
        level = (envelopes.clamp(min=0) + offset) * scale
        ctx.save_for_backward(level)
        ctx.scale, ctx.exponent, ctx.limit = scale, exponent, limit
        return level**exponent

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        (level,) = ctx.saved_tensors
        derivative = (ctx.exponent * level ** (ctx.exponent - 1)).clamp(-ctx.limit, ctx.limit)
        return gradient * derivative * ctx.scale, None, None, None, None
