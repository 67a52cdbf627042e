"""Average pooling that hardly aliases: a Hann window in place of a maximum or of plain subsampling."""

from functools import lru_cache
from typing import Literal

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

Padding = int | Literal["same"]


@register_notrace_module
class HannPool2d(nn.Module):
    """Weighted average pooling with a Hann window, normalised to sum 1, per channel; one node of a graph.

    `length` counts the window's two zeros at its ends, so `length` - 2 samples are weighted. The window is
    the outer product of two one-dimensional ones, which are applied one after the other. `padding` is the
    number of zeros on each side of the weighted samples, or "same" for TensorFlow's rule, by which the output
    has 1/stride of the input's size, rounded up.

    Each direction is one product with a banded matrix: the library's gradient of strided depthwise
    convolutions is several times slower on a CPU.
    """

    def __init__(self, channels: int, length: int, stride: int, padding: Padding) -> None:
        super().__init__()
        self.channels, self.length, self.stride, self.padding = channels, length, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same at 1/stride of the resolution."""
        rows, columns = (self._matrix(size, x.dtype, x.device) for size in x.shape[2:])
        if x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous():
            batch, channels, height, width = x.shape
            last = x.permute(0, 2, 3, 1).reshape(batch, height, width * channels)
            fewer_rows = (rows @ last).view(batch, -1, width, channels)
            # One large product: broadcast over batch and rows, the matrix would be copied for each.
            pooled = columns @ fewer_rows.permute(2, 0, 1, 3).reshape(width, -1)
            pooled = pooled.view(-1, batch, len(rows), channels).permute(1, 3, 2, 0)
            return pooled.contiguous(memory_format=torch.channels_last)
        return rows @ (x @ columns.T)

    def _matrix(self, size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
        return _pooling_matrix(size, self.length, self.stride, self.padding, dtype, device)


@lru_cache(maxsize=64)
def _pooling_matrix(
    size: int, length: int, stride: int, padding: Padding, dtype: torch.dtype, device: torch.device
) -> Tensor:
    """Shape (pooled size, size): each row is the window where it meets the input; zeros are outside."""
    with torch.inference_mode(False):  # it is kept, and a tensor of inference mode has no use in a gradient
        return _made(size, length, stride, padding).to(dtype).to(device)


def _made(size: int, length: int, stride: int, padding: Padding) -> Tensor:
    window = torch.hann_window(length, periodic=False, dtype=torch.float64)[1:-1]
    if padding == "same":
        # For the whole window; what cannot be halved is added at the end. Its zeros at both ends count.
        pooled = -(-size // stride)
        first = 1 - max((pooled - 1) * stride + length - size, 0) // 2
    else:
        pooled, first = (size + 2 * padding - (length - 2)) // stride + 1, -padding
    places = first + torch.arange(pooled)[:, None] * stride + torch.arange(length - 2)
    inside = (places >= 0) & (places < size)
    matrix = torch.zeros(pooled, size, dtype=torch.float64)
    matrix.scatter_add_(1, places.clamp(0, size - 1), (window / window.sum()) * inside)
    return matrix
