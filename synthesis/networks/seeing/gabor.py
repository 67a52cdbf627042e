"""Gabor functions: a grating under a Gaussian window, the receptive field of a simple cell."""

import math

import torch
from torch import Tensor


def gabor(
    size: int, wavelength: float, direction: float, sigma_along: float, sigma_across: float, phase: float = 0
) -> Tensor:
    """A Gabor function sampled on `size` x `size` pixels round its centre, float64, of amplitude 1.

    `wavelength` and both standard deviations are in pixels. The grating varies along `direction`, in radians
    from the columns' axis (to the right) towards the rows' (down); its bars stand at right angles to it.
    `sigma_along` is the window's standard deviation in that direction, `sigma_across` along the bars.
    """
    places = torch.arange(size, dtype=torch.float64) - size // 2
    rows, columns = torch.meshgrid(places, places, indexing="ij")
    along = columns * math.cos(direction) + rows * math.sin(direction)
    across = rows * math.cos(direction) - columns * math.sin(direction)
    window = torch.exp(-0.5 * ((along / sigma_along) ** 2 + (across / sigma_across) ** 2))
    return window * torch.cos(2 * math.pi * along / wavelength + phase)


def within_circle(size: int) -> Tensor:
    """Whether each of `size` x `size` pixels is at most `size` / 2 from the centre."""
    places = torch.arange(size, dtype=torch.float64) - size // 2
    return places[:, None] ** 2 + places**2 <= (size / 2) ** 2
