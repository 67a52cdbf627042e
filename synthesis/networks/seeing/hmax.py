"""HMAX (Riesenhuber & Poggio 1999; Serre, Oliva & Poggio 2007): tuning and tolerance in turn, twice."""

import math

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn
from torch.nn import functional

from synthesis.networks.seeing.gabor import gabor, within_circle
from synthesis.networks.seeing.luminance import luminance

S1_SIZES = tuple(range(7, 38, 2))
"""Filters in pixels: 16, in pairs of neighbours that C1 pools over."""
C1_POOLS = tuple(range(8, 23, 2))
"""Sides of C1's pools in pixels, one for each pair; neighbours overlap by half."""
S2_SIZES = tuple(range(2, 17, 2))
"""Sides of the prototypes, in C1 units."""
PROTOTYPES = 400
"""Prototypes of each size."""
# The gratings' directions in degrees, in the order of the published network's channels.
_DIRECTIONS = (90, 45, 0, -45)
_ASPECT = 0.3
_SIGMA_PER_WAVELENGTH = 0.8
_WHITE = 255.0
_STABLE = 1e-10
# Prototypes are drawn from responses of this band (Serre et al. 2007, PAMI: the second) to noise pictures.
_BAND, _NOISE_PICTURES, _NOISE_PX = 1, 8, 250


def s1_wavelength(size: int) -> float:
    """The wavelength in pixels of filters of that size: 7 to 37 px, from 3.5 to 22.8 (Serre et al. 2007)."""
    index = (size - S1_SIZES[0]) // 2
    return 2 * size / (4 - 0.05 * index)


class S1(nn.Module):
    """Simple cells of one size: |filter . picture| / norm of the picture under it, (batch, 4, height, width).

    Even Gabor filters with mean 0 and norm 1. Cells whose filter reaches beyond the picture are 0.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.border = size, size // 2
        self.gabor = nn.Conv2d(1, len(_DIRECTIONS), size, bias=False)
        with torch.no_grad():
            self.gabor.weight.copy_(torch.stack([_s1_filter(size, at) for at in _DIRECTIONS])[:, None])

    def forward(self, grey: Tensor) -> Tensor:
        energy = functional.avg_pool2d(grey**2, self.size, 1) * self.size**2
        cells = self.gabor(grey).abs() / torch.sqrt(energy + _STABLE)
        return functional.pad(cells, (self.border,) * 4)


def _s1_filter(size: int, direction_deg: float) -> Tensor:
    wavelength = s1_wavelength(size)
    sigma = _SIGMA_PER_WAVELENGTH * wavelength
    made = gabor(size, wavelength, math.radians(direction_deg), sigma, sigma / _ASPECT)
    made = made * within_circle(size)
    made = made - made.mean()
    return made / torch.sqrt((made**2).sum())


class C1(nn.Module):
    """Complex cells of one band: the maximum over two sizes and a square of `pool` pixels, at 2/pool."""

    def __init__(self, pool: int) -> None:
        super().__init__()
        self.local_pool = nn.MaxPool2d(pool, stride=pool // 2, padding=pool // 2)

    def forward(self, pair: Tensor) -> Tensor:
        """Two sizes of S1 cells (batch, 8, height, width) to (batch, 4, height / stride, width / stride)."""
        small, large = pair[:, : len(_DIRECTIONS)], pair[:, len(_DIRECTIONS) :]
        cells: Tensor = self.local_pool(torch.maximum(small, large))
        return cells


@register_notrace_module
class Tuning(nn.Module):
    """How near C1 is to prototypes of one size, exp(-||C1 - prototype||^2 / 2), at all places of all bands.

    The stored weights have the published order: (4 orientations x prototypes, 1, size, size). Float32 under
    autocast too, since a difference of large squares is taken; one node of a graph.
    """

    def __init__(self, size: int, prototypes: int = PROTOTYPES) -> None:
        super().__init__()
        self.size = size
        self.weight = nn.Parameter(torch.zeros(len(_DIRECTIONS) * prototypes, 1, size, size))

    def set_prototypes(self, prototypes: Tensor) -> None:
        """Of shape (prototypes, 4, size, size)."""
        with torch.no_grad():
            self.weight.copy_(prototypes.transpose(0, 1).reshape(self.weight.shape))

    def prototypes(self) -> Tensor:
        """Of shape (prototypes, 4, size, size)."""
        by_orientation = self.weight.view(len(_DIRECTIONS), -1, self.size, self.size)
        return by_orientation.transpose(0, 1)

    def forward(self, c1: list[Tensor]) -> Tensor:
        """Bands (batch, 4, height, width) to (batch, prototypes, places)."""
        with torch.autocast(c1[0].device.type, enabled=False):
            prototypes = self.prototypes()
            norms = (prototypes**2).sum((1, 2, 3))[:, None, None]
            return torch.cat([self._at_places(band, prototypes, norms).flatten(2) for band in c1], 2)

    def _at_places(self, band: Tensor, prototypes: Tensor, norms: Tensor) -> Tensor:
        band, around = band.to(torch.promote_types(band.dtype, torch.float32)), self.size // 2
        overlap = functional.conv2d(band, prototypes, padding=around)
        squares = functional.avg_pool2d((band**2).sum(1, keepdim=True), self.size, 1, around)
        return torch.exp(overlap - (squares * self.size**2 + norms) / 2)


class S2(nn.Module):
    """Cells tuned to prototypes of one size, which have the name of the published checkpoints."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.conv = Tuning(size)

    def forward(self, c1: list[Tensor]) -> Tensor:
        responses: Tensor = self.conv(c1)
        return responses


class Joined(nn.Module):
    """Maps of several sizes in one row: (batch, values)."""

    def forward(self, maps: list[Tensor]) -> Tensor:
        return torch.cat([one.flatten(1) for one in maps], 1)


class Stacked(nn.Module):
    """Responses (batch, cells, ...) joined along their axis of cells."""

    def forward(self, responses: list[Tensor]) -> Tensor:
        return torch.cat(responses, 1)


class C2(nn.Module):
    """The best match of each prototype at any place in any band: (batch, prototypes)."""

    def forward(self, s2: Tensor) -> Tensor:
        return s2.amax(2)


class HMAX(nn.Module):
    """Pictures (batch, 3, 250, 250) in [0, 1], of which it sees the luminance, to logits (batch, 1000).

    `fc` is the linear readout that was trained on C2 in 2023. Without a checkpoint the prototypes are drawn:
    patches of C1's responses to pictures of 1/f noise, at random places, in the way in which the papers
    sample them from photographs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.s1_units = nn.ModuleList(S1(size) for size in S1_SIZES)
        self.c1_units = nn.ModuleList(C1(pool) for pool in C1_POOLS)
        self.s2_units = nn.ModuleList(S2(size) for size in S2_SIZES)
        self.s1_out, self.c1_out_no_reshape, self.s2_out_reshape_to_list = Stacked(), Joined(), Stacked()
        self.c2_out = C2()
        self.fc = nn.Linear(len(S2_SIZES) * PROTOTYPES, 1000)
        self._draw_prototypes()

    def forward(self, pictures: Tensor) -> Tensor:
        grey = _WHITE * luminance(pictures)
        s1 = self.s1_out([cells(grey) for cells in self.s1_units])
        pair = 2 * len(_DIRECTIONS)
        c1 = [cells(s1[:, pair * at : pair * (at + 1)]) for at, cells in enumerate(self.c1_units)]
        self.c1_out_no_reshape(c1)  # for matching: nothing else takes it
        s2 = self.s2_out_reshape_to_list([cells(c1) for cells in self.s2_units])
        logits: Tensor = self.fc(self.c2_out(s2))
        return logits

    @torch.no_grad()
    def _draw_prototypes(self) -> None:
        grey = _noise_pictures(_NOISE_PICTURES, _NOISE_PX)
        pair = [self.s1_units[2 * _BAND + part](grey) for part in (0, 1)]
        # Only places whose pools have no cell at the picture's edge, which are 0.
        c1 = self.c1_units[_BAND](torch.cat(pair, 1))[:, :, 3:-3, 3:-3]
        for cells in self.s2_units:
            assert isinstance(cells, S2)
            side = cells.conv.size
            patches = c1.unfold(2, side, 1).unfold(3, side, 1).permute(0, 2, 3, 1, 4, 5).flatten(0, 2)
            cells.conv.set_prototypes(patches[torch.randperm(len(patches))[:PROTOTYPES]])


def _noise_pictures(count: int, size_px: int) -> Tensor:
    """Grey 1/f noise (count, 1, size, size) round 127.5: amplitudes fall with frequency as in photographs."""
    rows, columns = torch.fft.fftfreq(size_px)[:, None], torch.fft.rfftfreq(size_px)
    frequency = torch.sqrt(rows**2 + columns**2).clamp(min=1 / size_px)
    spectra = torch.fft.rfft2(torch.randn(count, 1, size_px, size_px)) / frequency
    noise: Tensor = torch.fft.irfft2(spectra, (size_px, size_px))
    noise = (noise - noise.mean((2, 3), keepdim=True)) / noise.std((2, 3), keepdim=True)
    return (127.5 + 50 * noise).clamp(0, _WHITE)
