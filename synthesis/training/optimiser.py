"""The optimiser of a training: its groups of parameters, each with the highest rate it reaches."""

from collections.abc import Iterable
from typing import Any

import torch
from timm.optim.muon import Muon
from torch import nn

from synthesis.training.schedule import rate_factor
from synthesis.training.spec import OptimiserSpec


def make_optimiser(network: nn.Module, settings: OptimiserSpec) -> torch.optim.Optimizer:
    """Stochastic gradient descent for `steps`; for `cosine` AdamW, beside Muon where the settings say so."""
    if settings.schedule == "steps":
        groups = [{"params": list(network.parameters()), "peak": settings.peak}]
        return torch.optim.SGD(groups, settings.peak, momentum=0.9, weight_decay=settings.weight_decay)
    if not settings.muon_peak:
        groups = _adam_groups(network.parameters(), settings.peak)
        return torch.optim.AdamW(groups, settings.peak, weight_decay=settings.weight_decay)
    kernels = {part.weight: None for part in network.modules() if isinstance(part, nn.Conv2d)}
    others = (parameter for parameter in network.parameters() if parameter not in kernels)
    groups = [{**group, "use_fallback": True} for group in _adam_groups(others, settings.peak)]
    groups.append({"params": list(kernels), "peak": settings.muon_peak, "weight_decay": 0.0})
    return Muon(groups, weight_decay=settings.weight_decay, nesterov=True, adjust_lr_fn="original")


def set_rates(optimiser: torch.optim.Optimizer, settings: OptimiserSpec, progress: float) -> None:
    """Each group's rate at `progress` from 0 to 1."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * rate_factor(settings, progress)


def _adam_groups(parameters: Iterable[nn.Parameter], peak: float) -> list[dict[str, Any]]:
    """Weights, which decay, and biases and norms, which do not."""
    found = list(parameters)
    return [
        {"params": [it for it in found if it.dim() > 1], "peak": peak},
        {"params": [it for it in found if it.dim() <= 1], "peak": peak, "weight_decay": 0.0},
    ]
