"""Average pooling that hardly aliases: a Hann window in place of a maximum or of plain subsampling."""

from typing import Literal

import torch
from timm.layers import pad_same, register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn
from torch.nn import functional


@register_notrace_module
class HannPool2d(nn.Module):
    """Weighted average pooling with a Hann window, normalised to sum 1, per channel; one node of a graph.

    `length` counts the window's two zeros at its ends, so `length` - 2 samples are weighted. The window is
    the outer product of two one-dimensional ones, which are applied one after the other. `padding` is the
    number of zeros on each side of the weighted samples, or "same" for TensorFlow's rule, by which the output
    has 1/stride of the input's size, rounded up.

    It computes in float32: the library's gradient of strided depthwise convolutions is slow in bfloat16.
    """

    window: Tensor

    def __init__(self, channels: int, length: int, stride: int, padding: int | Literal["same"]) -> None:
        super().__init__()
        window = torch.hann_window(length, periodic=False, dtype=torch.float64)[1:-1]
        shared = (window / window.sum()).float().expand(channels, 1, -1).contiguous()
        self.register_buffer("window", shared, persistent=False)
        self.channels, self.length, self.stride, self.padding = channels, length, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same at 1/stride of the resolution."""
        with torch.autocast(x.device.type, enabled=False):
            pooled = self._pooled(x.to(torch.promote_types(x.dtype, torch.float32)))
        return pooled.to(x.dtype)

    def _pooled(self, x: Tensor) -> Tensor:
        window, stride = self.window.to(x.dtype), self.stride
        padding = 0 if self.padding == "same" else self.padding
        if self.padding == "same":
            # For the whole window; its zeros at both ends meet the outermost rows and columns.
            x = pad_same(x, [self.length, self.length], [stride, stride])
            x = x[..., 1:-1, 1:-1]
        rows = functional.conv2d(x, window[..., None], None, (stride, 1), (padding, 0), groups=self.channels)
        return functional.conv2d(
            rows, window[:, :, None], None, (1, stride), (0, padding), groups=self.channels
        )
