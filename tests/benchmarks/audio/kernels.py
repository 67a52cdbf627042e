"""`audio.kernel_correlation.A.B`: how like each other the first layers of two networks that ship are.

Of the kernels of the first convolution (7 channels x 14 frames, their mean taken off), the largest absolute
correlation of any kernel of A with any of B. Two networks that one training made from the other share
kernels; the control is the largest with the kernels of random weights of A's size, which chance alone gives.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.registry import load_network
from tests.benchmarks.audio.words import CONTROL, MODELS

SHIPPED = (*MODELS, "background_reduced_aliasing", CONTROL)


def kernel_lines() -> Iterator[dict[str, Any]]:
    """One line for each pair of networks."""
    kernels = {name: first_kernels(name) for name in SHIPPED}
    for one, other in combinations(SHIPPED, 2):
        chance = torch.randn(kernels[one].shape, generator=torch.Generator().manual_seed(0))
        yield {
            "name": f"audio.kernel_correlation.{one}.{other}",
            "value": round(largest_correlation(kernels[one], kernels[other]), 4),
            "unit": "absolute correlation",
            "n": len(kernels[one]) * len(kernels[other]),
            "control": round(largest_correlation(chance, kernels[other]), 4),
        }


def first_kernels(network: str) -> Tensor:
    """Kernels of a shipped network's first convolution, (kernels, values)."""
    module = load_network(network).module
    (found,) = (part for part in module.modules() if isinstance(part, CochCNN))
    return found.conv0.weight.detach().flatten(1).float()


def largest_correlation(one: Tensor, other: Tensor) -> float:
    """The largest absolute Pearson correlation of a row of `one` with a row of `other`, in [0, 1]."""
    centred = [rows - rows.mean(1, keepdim=True) for rows in (one, other)]
    unit = [rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12) for rows in centred]
    return float((unit[0] @ unit[1].T).abs().max().clamp_max(1.0))
