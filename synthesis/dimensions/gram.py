"""Gram matrices of a layer's activations: which channels are active together, wherever in the picture."""

import torch
from torch import Tensor

from synthesis.common.errors import UserError


def second_moments(activation: Tensor) -> Tensor:
    """Mean over places of the product of each two channels: (batch, channels, height, width) to (batch,
    channels, channels).

    Kamao et al. 2025 take the sum; the mean is the same up to a constant. Raises `UserError` for an
    activation without spatial extent that is no vector of channels; a vector counts as one place.
    """
    if activation.ndim == 2:
        activation = activation[:, :, None, None]
    if activation.ndim != 4:
        raise UserError(
            f"an activation of shape {tuple(activation.shape[1:])} has no channels and places; "
            "choose a layer whose activation is (channels, height, width)"
        )
    flat = activation.flatten(2)
    return flat @ flat.mT / flat.shape[2]


def upper_triangle(matrices: Tensor) -> Tensor:
    """(batch, n, n) symmetric to (batch, n (n + 1) / 2), the diagonal included, row by row."""
    rows, columns = torch.triu_indices(matrices.shape[1], matrices.shape[2])
    return matrices[:, rows, columns]
