"""A convolution of one channel, as a cochleagram is one, computed so that its gradients are fast."""

import torch
from timm.layers import Conv2dSame, register_notrace_module  # type: ignore[attr-defined]
from timm.layers.padding import pad_same
from torch import Tensor, nn
from torch.nn import functional

_CHANNELS = 8
"""Rows are filled up with zeros to a multiple of this, which vector units like."""


@register_notrace_module
class FirstConv2dSame(Conv2dSame):
    """`Conv2dSame` of one input channel, dense, not dilated: equal parameters, and output to rounding.

    Where the input needs a gradient, the rows under the kernel become channels, and what is left is a
    convolution along time: the library's gradient of a convolution for one input channel is slow on a CPU.
    """

    def forward(self, x: Tensor) -> Tensor:
        if not x.requires_grad:
            plain: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
            return plain
        rows, columns = self.kernel_size
        padded = pad_same(x, [rows, columns], list(self.stride))
        fill = -rows % _CHANNELS
        as_channels = functional.pad(padded[:, 0].unfold(1, rows, self.stride[0]), (0, fill))
        kernels = functional.pad(self.weight[:, 0], (0, 0, 0, fill))[:, :, None]
        return functional.conv2d(
            as_channels.permute(0, 3, 1, 2),
            kernels.contiguous(memory_format=torch.channels_last),
            self.bias,
            stride=(1, self.stride[1]),
        )


def conv2d_same(inputs: int, outputs: int, kernel: tuple[int, int], stride: int, *, bias: bool) -> nn.Conv2d:
    """A convolution with TensorFlow's padding, of the kind that is fast for `inputs` channels."""
    kind = FirstConv2dSame if inputs == 1 else Conv2dSame
    conv: nn.Conv2d = kind(inputs, outputs, kernel, stride, bias=bias)
    return conv
