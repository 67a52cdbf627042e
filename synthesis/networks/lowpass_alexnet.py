"""AlexNet with reduced aliasing: Hann-weighted average pooling wherever AlexNet subsamples.

Feather et al. 2023, Methods, "LowpassAlexNet": max-pooling becomes Hann pooling of length 9 and stride 2; the
first convolution gets stride 1 and is followed by Hann pooling of length 17 and stride 4.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class HannPool2d(nn.Module):
    """Weighted average pooling with a Hann window, normalised to sum 1, per channel.

    `length` counts the window's two zeros at its ends, so `length` - 2 samples are weighted. The window is
    the outer product of two one-dimensional ones, which are applied one after the other.
    """

    window: Tensor

    def __init__(self, channels: int, length: int, stride: int, padding: int) -> None:
        super().__init__()
        window = torch.hann_window(length, periodic=False, dtype=torch.float64)[1:-1]
        shared = (window / window.sum()).float().expand(channels, 1, -1).contiguous()
        self.register_buffer("window", shared, persistent=False)
        self.channels, self.stride, self.padding = channels, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same at 1/stride of the resolution."""
        stride, padding = self.stride, self.padding
        rows = functional.conv2d(
            x, self.window[..., None], None, (stride, 1), (padding, 0), groups=self.channels
        )
        return functional.conv2d(
            rows, self.window[:, :, None], None, (1, stride), (0, padding), groups=self.channels
        )


class LowpassAlexNet(nn.Module):
    """Laid out like the published checkpoints. Input (batch, 3, 224, 224), output (batch, 1000)."""

    def __init__(self) -> None:
        super().__init__()
        first = nn.Sequential(nn.Conv2d(3, 64, 11, padding=5), nn.ReLU(), HannPool2d(64, 17, 4, 5))
        self.features = nn.Sequential(
            first,
            nn.ReLU(),
            HannPool2d(64, 9, 2, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            HannPool2d(192, 9, 2, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            HannPool2d(256, 9, 2, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, 1000),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
        return logits
