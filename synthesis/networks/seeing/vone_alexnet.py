"""VOneAlexNet (Dapello et al. 2020): AlexNet behind a model of V1 whose filters are computed, not trained."""

import math
from functools import lru_cache

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

from synthesis.networks.seeing.gabor import gabor
from synthesis.networks.seeing.vone_cells import Cells, draw_cells

_PIXELS_PER_DEGREE = 224 / 8
_KERNEL, _STRIDE = 25, 4
_GAIN = 25.0
_STABLE = 1e-5
"""Under the square root of the complex cells, whose derivative would be infinite at 0 (2023's code)."""


@register_notrace_module
class FixedNoise(nn.Module):
    """Adds Gaussian noise of one fixed draw, the same for all items of a batch; one node of a graph.

    Feather et al. 2023 made metamers of VOneAlexNet with its noise held fixed. Which draw theirs was is not
    published with the weights; here it follows from `seed` and the size of the maps alone.
    """

    def __init__(self, std: float, seed: int = 0) -> None:
        super().__init__()
        self.std, self.seed = std, seed

    def forward(self, x: Tensor) -> Tensor:
        return x + self.std * _draw(tuple(x.shape[1:]), self.seed, x.dtype, x.device)


@lru_cache(maxsize=4)
def _draw(shape: tuple[int, ...], seed: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Standard normal, from the CPU's generator on every device."""
    with torch.inference_mode(False):  # it is kept, and a tensor of inference mode has no use in a gradient
        return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device, dtype)


class VOneBlock(nn.Module):
    """Pictures to the responses of V1's cells at 1/4 the size: `simple` channels, then `complex_` ones.

    Simple cells are rectified Gabor filters. Complex cells are the energy of two filters a quarter of a
    period apart, sqrt((q0^2 + q1^2) / 2). Each cell sees one of the three colours. The sum of 25 times the
    response and noise of standard deviation `noise_std` is rectified again (Dapello et al. 2020, section 3).
    `cells` are those that the filters were drawn for; a checkpoint brings other filters.
    """

    def __init__(self, simple: int = 256, complex_: int = 256, noise_std: float = 4.0) -> None:
        super().__init__()
        self.simple_cells = simple
        self.simple_conv_q0, self.simple_conv_q1 = _bank(simple + complex_), _bank(simple + complex_)
        self.simple, self.output = nn.ReLU(), nn.ReLU()
        self.noise = FixedNoise(noise_std)
        self.cells = draw_cells(simple + complex_, int(torch.randint(2**31, ())))
        colours = torch.randint(3, (simple + complex_,))
        with torch.no_grad():
            self.simple_conv_q0.weight.copy_(_filters(self.cells, colours, 0))
            self.simple_conv_q1.weight.copy_(_filters(self.cells, colours, math.pi / 2))

    def forward(self, pictures: Tensor) -> Tensor:
        even, odd = self.simple_conv_q0(pictures), self.simple_conv_q1(pictures)
        simple = self.simple(even[:, : self.simple_cells])
        even, odd = even[:, self.simple_cells :], odd[:, self.simple_cells :]
        energy = torch.sqrt(even**2 + odd**2 + _STABLE) / math.sqrt(2)
        responses: Tensor = self.output(self.noise(_GAIN * torch.cat((simple, energy), 1)))
        return responses


def _bank(cells: int) -> nn.Conv2d:
    return nn.Conv2d(3, cells, _KERNEL, _STRIDE, _KERNEL // 2, bias=False)


def _filters(cells: Cells, colours: Tensor, shift: float) -> Tensor:
    """Kernels (cells, 3, 25, 25); the windows have a volume of 1."""
    kernels = torch.zeros(len(colours), 3, _KERNEL, _KERNEL, dtype=torch.float64)
    for index, colour in enumerate(colours.tolist()):
        period = _PIXELS_PER_DEGREE / float(cells.frequency[index])
        along, across = float(cells.across[index]) * period, float(cells.along[index]) * period
        direction, phase = float(cells.orientation[index]), float(cells.phase[index]) + shift
        made = gabor(_KERNEL, period, direction, along, across, phase)
        kernels[index, colour] = made / (2 * math.pi * along * across)
    return kernels


class AlexNetBackEnd(nn.Module):
    """AlexNet from its second convolution on, which has stride 2 here. Input (batch, 64, 56, 56)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(64, 192, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, 1000),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.flatten(self.avgpool(self.features(x))))
        return logits


class VOneAlexNet(nn.Module):
    """Laid out like the published checkpoints. Input (batch, 3, 224, 224), output (batch, 1000)."""

    def __init__(self) -> None:
        super().__init__()
        self.vone_block = VOneBlock()
        self.bottleneck = nn.Conv2d(512, 64, 1, bias=False)
        nn.init.kaiming_normal_(self.bottleneck.weight, mode="fan_out", nonlinearity="relu")
        self.model = AlexNetBackEnd()

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.model(self.bottleneck(self.vone_block(x)))
        return logits
