"""Perturbations of sounds within a ball: projected gradient ascent of the loss, and random ones.

Definitions as in Madry et al. (2018) and, for the random perturbations, Feather et al. (2023), whose networks
were trained with the package `robustness`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.common.stopping import look
from synthesis.training.adversary_spec import Norm

Losses = Callable[[Tensor], Tensor]
"""Items (batch, ...) to the loss of each, (batch,)."""
_TINY = 1e-10


@dataclass(frozen=True)
class Ball:
    """Perturbations of one item whose `norm` is at most `eps`.

    Perturbed values stay from `low` to `high`; a value that lies outside already goes no further.
    """

    norm: Norm
    eps: float
    low: float = -math.inf
    high: float = math.inf

    def project(self, clean: Tensor, changed: Tensor) -> Tensor:
        """The nearest point to `changed` of the ball around each clean item, then within the limits."""
        change = changed - clean
        if self.norm == "l2":
            change = change * (self.eps / _lengths(change)).clamp(max=1)
        else:
            change = change.clamp(-self.eps, self.eps)
        # Limits relative to the clean value, on either side of 0: that keeps the perturbation in the ball.
        within = torch.maximum(change, (self.low - clean).clamp(max=0))
        return clean + torch.minimum(within, (self.high - clean).clamp(min=0))

    def random_start(self, clean: Tensor, generator: torch.Generator) -> Tensor:
        """Where the attack begins: uniform in a cube of side 1, projected (L2), or in the ball (Linf)."""
        drawn = _uniform(clean, generator)
        return self.project(clean, clean + (drawn if self.norm == "l2" else drawn * 2 * self.eps))

    def random_surface(self, clean: Tensor, generator: torch.Generator) -> Tensor:
        """A random perturbation of length eps (L2), or plus or minus eps in every value (Linf)."""
        drawn = _uniform(clean, generator)
        direction = drawn / _lengths(drawn) if self.norm == "l2" else torch.where(drawn < 0, -1.0, 1.0)
        return self.project(clean, clean + direction * self.eps)

    def ascend(self, clean: Tensor, changed: Tensor, gradient: Tensor, step: float) -> Tensor:
        """One step of the given size along the gradient of each item, or along its signs, and back."""
        direction = gradient / _lengths(gradient) if self.norm == "l2" else gradient.sign()
        return self.project(clean, changed + direction * step)


def attack(
    clean: Tensor, losses: Losses, ball: Ball, steps: int, step: float, generator: torch.Generator
) -> Tensor:
    """Perturbed items, from a random start by projected steps that raise the loss of each.

    Of the start and all steps, the one with an item's highest loss is taken, as by default in `robustness`.

    Parameters
    ----------
    clean
        Items, (batch, ...), float32.
    losses
        The loss of each item; it must not depend on the other items of the batch.
    step
        Length of a step (L2), or its size in each value (Linf).
    generator
        Of the CPU, so that each device starts from the same point.
    """
    clean = clean.detach()
    changed = ball.random_start(clean, generator)
    worst, highest = changed, torch.full((len(clean),), -math.inf, device=clean.device)
    for number in range(steps + 1):
        look()
        goes_on = number < steps
        changed = changed.detach().requires_grad_(goes_on)
        with torch.set_grad_enabled(goes_on):
            found = losses(changed)
        higher = found.detach() > highest
        worst = torch.where(_per_item(higher, clean), changed.detach(), worst)
        highest = torch.where(higher, found.detach(), highest)
        if goes_on:
            (gradient,) = torch.autograd.grad(found.sum(), changed)
            changed = ball.ascend(clean, changed.detach(), gradient, step)
    return worst


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    """From -0.5 to 0.5."""
    return (torch.rand(like.shape, generator=generator) - 0.5).to(like.device)


def _lengths(items: Tensor) -> Tensor:
    """The L2 norm of each item, not quite 0, in a shape that divides them."""
    return _per_item(torch.linalg.vector_norm(items.flatten(1), dim=1).clamp_min(_TINY), items)


def _per_item(values: Tensor, items: Tensor) -> Tensor:
    return values.view(-1, *[1] * (items.dim() - 1))
