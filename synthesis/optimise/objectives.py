"""What an optimised stimulus is judged by. Each objective is per item, so batching changes nothing."""

import torch
from torch import Tensor

# Keeps the ratio finite for an activation that is zero everywhere.
_SMALLEST_NORM = 1e-12


def relative_error(activation: Tensor, target: Tensor) -> Tensor:
    """norm(activation - target) / norm(target), per item (Feather et al. 2023, Methods).

    Parameters
    ----------
    activation, target
        Tensors (batch, ...) of one shape.

    Returns
    -------
    Tensor (batch,), at least 0; 0 is a perfect match, 1 is what an all-zero activation gets.
    """
    difference = torch.linalg.vector_norm((activation - target).flatten(1), dim=1)
    size = torch.linalg.vector_norm(target.flatten(1), dim=1).clamp_min(_SMALLEST_NORM)
    error: Tensor = difference / size
    return error


def half_squared_error(activation: Tensor, target: Tensor) -> Tensor:
    """0.5 sum((activation - target)^2), per item (Feather et al. 2019, Methods).

    activation, target : (batch, ...) of one shape. Returns (batch,), at least 0.
    """
    error: Tensor = 0.5 * (activation - target).flatten(1).square().sum(dim=1)
    return error
