"""A faster input gradient for strided depthwise convolutions on CPUs.

In bfloat16 the library's own gradient of these layers takes half of a whole synthesis step. The same gradient
is a convolution with stride 1: of the output gradient, spread out with zeros between its values, with the
mirrored kernel.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from synthesis.networks.timm_layers import timm_is_loaded


class StridedDepthwise(nn.Module):
    """A depthwise convolution with the same values and, in bfloat16, the faster gradient."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, inputs: Tensor) -> Tensor:
        """(batch, channels, height, width) to what the convolution gives."""
        if inputs.dtype != torch.bfloat16:
            outputs: Tensor = self.conv(inputs)
        else:
            weight, bias = self.conv.weight.to(inputs.dtype), self.conv.bias
            bias = bias if bias is None else bias.to(inputs.dtype)
            sides = tuple(_padding(self.conv, axis, inputs.shape[2 + axis]) for axis in (0, 1))
            outputs = _Convolution.apply(inputs, weight, bias, self.conv.stride, sides)
        return outputs


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        stride: tuple[int, int],
        sides: tuple[tuple[int, int], tuple[int, int]],
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.sides, ctx.size = stride, sides, inputs.shape
        (top, bottom), (left, right) = sides
        padded = functional.pad(inputs, (left, right, top, bottom))
        return functional.conv2d(padded, weight, bias, stride, groups=weight.shape[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        (weight,) = ctx.saved_tensors
        batch, channels, height, width = ctx.size
        kernel_y, kernel_x = weight.shape[2:]
        spread = torch.empty(
            (batch, channels, height + kernel_y - 1, width + kernel_x - 1),
            dtype=gradient.dtype,
            device=gradient.device,
            memory_format=torch.channels_last,
        ).zero_()
        from_y, from_x = kernel_y - 1 - ctx.sides[0][0], kernel_x - 1 - ctx.sides[1][0]
        (step_y, step_x), (rows, columns) = ctx.stride, gradient.shape[2:]
        spread[
            :, :, from_y : from_y + step_y * rows : step_y, from_x : from_x + step_x * columns : step_x
        ] = gradient
        return functional.conv2d(spread, weight.flip(2, 3), groups=channels), None, None, None, None


def is_strided_depthwise(conv: nn.Module | None) -> bool:
    """Whether `conv` is a layer that `StridedDepthwise` can stand in for."""
    return (
        isinstance(conv, nn.Conv2d)
        and conv.groups == conv.in_channels == conv.out_channels
        and max(conv.stride) > 1
        and conv.dilation == (1, 1)
        and conv.padding_mode == "zeros"
        and not isinstance(conv.padding, str)
    )


def _padding(conv: nn.Conv2d, axis: int, size: int) -> tuple[int, int]:
    """Zeros before and after an axis of `size`; TensorFlow's "same" puts the odd one after."""
    if not _pads_as_tensorflow(conv):
        return int(conv.padding[axis]), int(conv.padding[axis])
    kernel, stride = conv.kernel_size[axis], conv.stride[axis]
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _pads_as_tensorflow(conv: nn.Conv2d) -> bool:
    if not timm_is_loaded():
        return False
    from timm.layers import Conv2dSame  # type: ignore[attr-defined]

    return isinstance(conv, Conv2dSame)
