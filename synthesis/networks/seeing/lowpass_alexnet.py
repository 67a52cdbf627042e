"""AlexNet with reduced aliasing: Hann-weighted average pooling wherever AlexNet subsamples.

Feather et al. 2023, Methods, "LowpassAlexNet": max-pooling becomes Hann pooling of length 9 and stride 2; the
first convolution gets stride 1 and is followed by Hann pooling of length 17 and stride 4.
"""

import torch
from torch import Tensor, nn

from synthesis.networks.hearing.hann_pool import HannPool2d


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
