"""Feature metamers: the edges are fixed, and the numbers at the nodes are optimised from noise."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.common.stopping import look
from synthesis.graphs.spec import FeatureKind
from synthesis.optimise.recipes import Recipe

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Synthesised:
    """The best iterate, and the relative error before each step."""

    best: Tensor
    losses: list[float]


def feature_metamer(
    activation: Activation, original: Tensor, kind: FeatureKind, recipe: Recipe, seed: int
) -> Synthesised:
    """Features whose activation is the original's, as near as the recipe comes.

    activation : (nodes, features) -> the matched layer. original : (nodes, features). `kind` is what features
    may be: real numbers, non-negative ones, or zeros and as many ones as the original has. Zeros and ones are
    the largest of numbers that are optimised, whose gradient is that of their logistic function
    (straight-through; Bengio et al. 2013).
    """
    with torch.no_grad():
        target = activation(original)[None]
    noise = recipe.start(torch.Generator().manual_seed(seed), tuple(original.shape))
    ones = int(original.count_nonzero())
    free = noise if kind == "binary" else original.mean() + original.std() * noise
    free = _projected(free, kind)[None]
    state, losses = recipe.new_state(free), list[float]()
    best, smallest = free[0], float("inf")
    while not losses or not recipe.finished(losses):
        look()
        free.requires_grad_()
        x = most(free[0], ones) if kind == "binary" else free[0]
        loss = recipe.loss(activation(x)[None], target)
        losses.append(float(loss.detach()))
        if losses[-1] < smallest:
            best, smallest = x.detach().clone(), losses[-1]
        (gradient,) = torch.autograd.grad(loss.sum(), free)
        steps = torch.tensor([len(losses) - 1])
        free = _projected(recipe.update(free.detach(), gradient, state, steps), kind)
    return Synthesised(best, losses)


def most(free: Tensor, ones: int) -> Tensor:
    """1 at the `ones` largest, 0 elsewhere; the gradient is the logistic function's."""
    soft = free.sigmoid()
    hard = torch.zeros_like(soft).flatten()
    hard[free.detach().flatten().topk(ones).indices] = 1
    return hard.view_as(soft) + (soft - soft.detach())


def _projected(free: Tensor, kind: FeatureKind) -> Tensor:
    return free.clamp_min(0) if kind == "non-negative" else free
