"""CORnet-S (Kubilius et al. 2018, 2019): four areas, of which V2, V4 and IT run their block several times."""

import math

from torch import Tensor, nn
from torch.nn import functional

_EXPANSION = 4
"""How many times more channels a block has inside than outside."""


class Area(nn.Module):
    """A recurrent bottleneck block: (batch, inputs, h, w) to (batch, outputs, h/2, w/2) in `times` steps.

    The convolutions are the same at every step, the batch norms are its own (Kubilius et al. 2018, Figure 1).
    The first step halves the resolution, on its direct path through `skip`; later ones add their input.
    """

    def __init__(self, inputs: int, outputs: int, times: int) -> None:
        super().__init__()
        inside = outputs * _EXPANSION
        self.times = times
        self.conv_input = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.skip = nn.Conv2d(outputs, outputs, 1, stride=2, bias=False)
        self.norm_skip = nn.BatchNorm2d(outputs)
        self.conv1, self.nonlin1 = nn.Conv2d(outputs, inside, 1, bias=False), nn.ReLU()
        self.conv2, self.nonlin2 = nn.Conv2d(inside, inside, 3, padding=1, bias=False), nn.ReLU()
        self.conv3, self.nonlin3 = nn.Conv2d(inside, outputs, 1, bias=False), nn.ReLU()
        for step in range(times):
            self.add_module(f"norm1_{step}", nn.BatchNorm2d(inside))
            self.add_module(f"norm2_{step}", nn.BatchNorm2d(inside))
            self.add_module(f"norm3_{step}", nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_input(x)
        for step in range(self.times):
            norm1, norm2, norm3 = (self.get_submodule(f"norm{part}_{step}") for part in (1, 2, 3))
            direct = x if step else self.norm_skip(self.skip(x))
            x = self.nonlin1(norm1(self.conv1(x)))
            # One weight with two strides, so that it is called as a function.
            x = functional.conv2d(x, self.conv2.weight, stride=1 if step else 2, padding=1)
            x = self.nonlin2(norm2(x))
            x = self.nonlin3(norm3(self.conv3(x)) + direct)
        return x


class CORnetS(nn.Module):
    """Laid out like the published checkpoint. Input (batch, 3, 224, 224), output (batch, 1000)."""

    def __init__(self) -> None:
        super().__init__()
        self.V1 = nn.Sequential()
        self.V1.add_module("conv1", nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False))
        self.V1.add_module("norm1", nn.BatchNorm2d(64))
        self.V1.add_module("nonlin1", nn.ReLU())
        self.V1.add_module("pool", nn.MaxPool2d(3, stride=2, padding=1))
        self.V1.add_module("conv2", nn.Conv2d(64, 64, 3, padding=1, bias=False))
        self.V1.add_module("norm2", nn.BatchNorm2d(64))
        self.V1.add_module("nonlin2", nn.ReLU())
        self.V2 = Area(64, 128, times=2)
        self.V4 = Area(128, 256, times=4)
        self.IT = Area(256, 512, times=2)
        self.decoder = nn.Sequential()
        self.decoder.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
        self.decoder.add_module("flatten", nn.Flatten())
        self.decoder.add_module("linear", nn.Linear(512, 1000))
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.decoder(self.IT(self.V4(self.V2(self.V1(x)))))
        return logits


def _initialise(module: nn.Module) -> None:
    """He et al. 2015, by the number of outputs."""
    if isinstance(module, nn.Conv2d):
        area = module.kernel_size[0] * module.kernel_size[1]
        nn.init.normal_(module.weight, std=math.sqrt(2 / (area * module.out_channels)))
