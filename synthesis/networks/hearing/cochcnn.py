"""CochCNN9: the word network of Kell et al. 2018 as in Feather et al. 2019 and 2023, of any size.

With reduced aliasing (2019) every max-pooling becomes Hann pooling, and a convolution with a stride becomes
one without, followed, after its ReLU, by Hann pooling with that stride; windows are 4 strides long.
"""

import copy
from dataclasses import replace
from typing import Literal

from timm.layers import create_pool2d  # type: ignore[attr-defined]
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from synthesis.hearing.cochleagram import Cochleagram
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.networks.hearing.first_conv import conv2d_same
from synthesis.networks.hearing.hann_pool import HannPool2d

__all__ = ["CochCNN", "CochCNNSettings"]

_KERNELS = ((7, 14), (4, 8), (2, 5), (2, 5), (2, 5))
_STRIDES = (3, 2, 1, 1, 1)
_POOL, _POOL_STRIDE = (2, 5), 2


class CochCNN(nn.Module):
    """Waveforms (batch, samples) in [-1, 1] to logits (batch, classes).

    Parts are named as in the published checkpoints. `training_norms` adds a batch norm before every ReLU, in
    place of biases: it learns faster, and `folded` gives the published layers back.
    """

    def __init__(self, settings: CochCNNSettings, training_norms: bool = False) -> None:
        super().__init__()
        self.settings, widths = settings, settings.widths
        self.training_norms, self.hidden_units = training_norms, settings.fc_width
        bias = settings.conv_bias and not training_norms
        self.cochleagram = Cochleagram(settings.cochleagram)
        self.batchnorm0 = nn.BatchNorm2d(1)
        for index, (inputs, width) in enumerate(zip((1, *widths), widths, strict=False)):
            smooth = settings.reduced_aliasing and _STRIDES[index] > 1
            stride = 1 if smooth else _STRIDES[index]
            conv = conv2d_same(inputs, width, _KERNELS[index], stride, bias=bias)
            antialias = HannPool2d(width, 4 * _STRIDES[index], _STRIDES[index], "same")
            self.add_module(f"conv{index}", conv)
            self.add_module(f"norm{index}", nn.BatchNorm2d(width) if training_norms else nn.Identity())
            self.add_module(f"relu{index}", nn.ReLU())
            self.add_module(f"antialias{index}", antialias if smooth else nn.Identity())
        self.maxpool0, self.batchnorm1 = self._pooling(widths[0]), nn.BatchNorm2d(widths[0])
        self.maxpool1, self.batchnorm2 = self._pooling(widths[1]), nn.BatchNorm2d(widths[1])
        self.avgpool = _same_pooling("avg")
        height, width = settings.pooled_size
        self.flatten = nn.Flatten()
        self.fullyconnected = nn.Linear(widths[4] * height * width, settings.fc_width)
        self.normfc = nn.BatchNorm1d(settings.fc_width) if training_norms else nn.Identity()
        self.relufc = nn.ReLU()
        self.dropout = nn.Dropout(settings.dropout)
        self.classification = nn.Linear(settings.fc_width, settings.classes)
        self.apply(_initialise)

    def forward(self, sounds: Tensor) -> Tensor:
        logits: Tensor = self.classification(self.dropout(self.features(sounds)))
        return logits

    def features(self, sounds: Tensor) -> Tensor:
        """The hidden layer, (batch, fc_width): what heads for further tasks are given, after dropout."""
        return self.features_after_ear(self.cochleagram(sounds))

    def features_after_ear(self, cochleagrams: Tensor) -> Tensor:
        """The hidden layer of cochleagrams, (batch, 1, channels, frames)."""
        x = self.batchnorm0(cochleagrams)
        x = self.batchnorm1(self.maxpool0(self._block(0, x)))
        x = self.batchnorm2(self.maxpool1(self._block(1, x)))
        x = self._block(4, self._block(3, self._block(2, x)))
        x = self.flatten(self.avgpool(x))
        hidden: Tensor = self.relufc(self.normfc(self.fullyconnected(x)))
        return hidden

    def folded(self) -> "CochCNN":
        """The same function in eval mode, the training norms folded into the layers before them: a copy."""
        plain = copy.deepcopy(self).eval()
        if not self.training_norms:
            return plain
        plain.settings, plain.training_norms = replace(self.settings, conv_bias=True), False
        for index in range(len(_KERNELS)):
            conv, norm = (plain.get_submodule(f"{part}{index}") for part in ("conv", "norm"))
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                plain.set_submodule(f"conv{index}", fuse_conv_bn_eval(conv, norm))
                plain.set_submodule(f"norm{index}", nn.Identity())
        if isinstance(plain.normfc, nn.BatchNorm1d):
            plain.fullyconnected = fuse_linear_bn_eval(plain.fullyconnected, plain.normfc)
            plain.normfc = nn.Identity()
        return plain

    def _block(self, index: int, x: Tensor) -> Tensor:
        for part in ("conv", "norm", "relu", "antialias"):
            x = self.get_submodule(f"{part}{index}")(x)
        return x

    def _pooling(self, channels: int) -> nn.Module:
        if self.settings.reduced_aliasing:
            return HannPool2d(channels, 4 * _POOL_STRIDE, _POOL_STRIDE, "same")
        return _same_pooling("max")


def _same_pooling(kind: Literal["max", "avg"]) -> nn.Module:
    pooling: nn.Module = create_pool2d(kind, _POOL, stride=(_POOL_STRIDE,) * 2, padding="same")  # type: ignore[no-untyped-call]
    return pooling


def _initialise(module: nn.Module) -> None:
    """He et al. 2015: the signal keeps its variance from ReLU to ReLU."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
