"""Gratings, the stimuli that cells of V1 are tuned to."""

from collections.abc import Sequence

import torch
from torch import Tensor


def gratings(
    size_px: int, wavelengths_px: Sequence[float], directions: Sequence[float], phases: Sequence[float]
) -> Tensor:
    """Mean 0, contrast 1, (wavelengths x directions x phases, 1, size, size), phase 0 in the centre.

    Directions in radians, from rightwards towards downwards; the bars stand at right angles to them.
    """
    places = torch.arange(size_px) - size_px // 2
    rows, columns = torch.meshgrid(places, places, indexing="ij")
    shown = [
        torch.tensor(list(values), dtype=torch.float32) for values in (wavelengths_px, directions, phases)
    ]
    wavelength, direction, phase = (
        one.flatten()[:, None, None, None] for one in torch.meshgrid(*shown, indexing="ij")
    )
    along = columns * torch.cos(direction) + rows * torch.sin(direction)
    return torch.cos(2 * torch.pi * along / wavelength + phase)
