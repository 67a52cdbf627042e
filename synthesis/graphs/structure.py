"""Structure metamers: the features are fixed, and the edges are optimised.

First a soft matrix whose largest entries are the edges (straight-through), then swaps of edges, each taken if
the error falls. With degrees kept there are swaps alone, from a rewired graph.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.common.stopping import look
from synthesis.graphs.features import most
from synthesis.graphs.rewiring import degree_preserving
from synthesis.graphs.spec import Kept
from synthesis.optimise.objectives import relative_error
from synthesis.optimise.recipes import Recipe

# (nodes, nodes) or a batch of them -> the matched layer.
Activation = Callable[[Tensor], Tensor]
# Of the swaps that the gradient promises most of, so many are computed exactly at a time: 32 of graphs up to
# 300 nodes, fewer of larger ones, whose matrices take the square of their nodes.
TRIED = 32
LEAST_TRIED = 4
ENTRIES = 3_000_000
# So many pairs of edges are looked at for a swap; of small graphs all.
PAIRS = 200_000
_SMALLEST_GAIN = 1e-7
# Pairs of nodes whose edges go, and pairs that get one.
Change = tuple[list[tuple[int, int]], list[tuple[int, int]]]


@dataclass(frozen=True)
class Restructured:
    """The edges (2, both directions), the error before each step, and how many swaps followed."""

    edges: NDArray[np.int64]
    losses: list[float]
    swaps: int


def structure_metamer(
    activation: Activation, edges: NDArray[np.int64], nodes: int, keep: Kept, recipe: Recipe, seed: int
) -> Restructured:
    """Edges whose activation is the original's: as many as it has, or with every node's degree kept."""
    original = _matrix(edges, nodes)
    with torch.no_grad():
        target = activation(original)
    generator = np.random.default_rng(seed)
    if keep == "degrees":
        matrix, losses = _matrix(degree_preserving(edges, nodes, generator), nodes), list[float]()
    else:
        matrix, losses = _soft(activation, target, original, recipe, seed)
    matrix, swaps = _polished(activation, target, matrix, generator, recipe.max_steps, keep)
    with torch.no_grad():
        losses.append(_error(activation(matrix), target))
    return Restructured(torch.stack(torch.where(matrix > 0)).numpy(), losses, swaps)


def _soft(
    activation: Activation, target: Tensor, original: Tensor, recipe: Recipe, seed: int
) -> tuple[Tensor, list[float]]:
    """The best matrix of the recipe's steps."""
    nodes, edges = len(original), int(original.sum()) // 2
    upper = torch.triu_indices(nodes, nodes, 1)
    free = recipe.start(torch.Generator().manual_seed(seed), (1, upper.shape[1]))
    state, losses = recipe.new_state(free), list[float]()
    best, smallest = original, float("inf")
    while not losses or not recipe.finished(losses):
        look()
        free.requires_grad_()
        half = torch.zeros(nodes, nodes).index_put((upper[0], upper[1]), most(free[0], edges))
        matrix = half + half.T
        loss = relative_error(activation(matrix)[None], target[None])
        losses.append(float(loss.detach()))
        if losses[-1] < smallest:
            best, smallest = matrix.detach().round(), losses[-1]
        (gradient,) = torch.autograd.grad(loss.sum(), free)
        free = recipe.update(free.detach(), gradient, state, torch.tensor([len(losses) - 1]))
    return best, losses


def _polished(
    activation: Activation,
    target: Tensor,
    matrix: Tensor,
    generator: np.random.Generator,
    most_swaps: int,
    keep: Kept,
) -> tuple[Tensor, int]:
    """The matrix after the best of the promising changes, again and again, as long as the error falls.

    Of degrees that are kept, edges a-b and c-d become a-d and c-b; else one edge may also move anywhere.
    """
    with torch.no_grad():
        error = _error(activation(matrix), target)
    for swap in range(most_swaps):
        look()
        gradient = _gradient(activation, target, matrix)
        changes = _swaps(matrix.numpy(), gradient, generator)
        if keep == "edges":
            changes += _moves(matrix.numpy(), gradient)
        if not changes:
            return matrix, swap
        tried = matrix.repeat(len(changes), 1, 1)
        for number, (removed, added) in enumerate(changes):
            _set(tried[number], removed, 0.0)
            _set(tried[number], added, 1.0)
        with torch.no_grad():
            found = relative_error(activation(tried), target.expand(len(tried), *target.shape))
        best = int(found.argmin())
        if float(found[best]) >= error - _SMALLEST_GAIN:
            return matrix, swap
        matrix, error = tried[best].clone(), float(found[best])
    return matrix, most_swaps


def _gradient(activation: Activation, target: Tensor, matrix: Tensor) -> NDArray[np.float32]:
    free = matrix.clone().requires_grad_()
    difference = (activation(free) - target).square().sum()
    (gradient,) = torch.autograd.grad(difference, free)
    both: NDArray[np.float32] = (gradient + gradient.T).numpy()
    return both


def _swaps(
    matrix: NDArray[np.float32], gradient: NDArray[np.float32], generator: np.random.Generator
) -> list[Change]:
    """The swaps by which the squared error falls most in first order; `_tried` of them."""
    starts, ends = np.nonzero(np.triu(matrix))
    count = len(starts)
    if count * (count - 1) <= PAIRS:
        first, second = np.triu_indices(count, 1)
    else:
        first, second = generator.integers(0, count, (2, PAIRS // 2))
    found = []
    for flipped in (False, True):
        a, b = starts[first], ends[first]
        c, d = (ends[second], starts[second]) if flipped else (starts[second], ends[second])
        valid = (a != d) & (c != b) & (a != c) & (b != d) & (matrix[a, d] == 0) & (matrix[c, b] == 0)
        gain = gradient[a, d] + gradient[c, b] - gradient[a, b] - gradient[c, d]
        found.append(np.stack([a, b, c, d, gain], axis=1)[valid])
    swaps = np.concatenate(found)
    best = swaps[np.argsort(swaps[:, 4], kind="stable")[: _tried(matrix)], :4].astype(int).tolist()
    return [([(a, b), (c, d)], [(a, d), (c, b)]) for a, b, c, d in best]


def _moves(matrix: NDArray[np.float32], gradient: NDArray[np.float32]) -> list[Change]:
    """The edges that the error falls most without, each with the pairs that it falls most with."""
    rows, columns = np.triu_indices(len(matrix), 1)
    there, slope = matrix[rows, columns] > 0, gradient[rows, columns]
    each = math.isqrt(_tried(matrix))
    gone = np.flatnonzero(there)[np.argsort(-slope[there], kind="stable")[:each]]
    new = np.flatnonzero(~there)[np.argsort(slope[~there], kind="stable")[:each]]
    pairs = np.stack([rows, columns], axis=1).tolist()
    return [([(*pairs[old],)], [(*pairs[other],)]) for old in gone for other in new]


def _tried(matrix: NDArray[np.float32]) -> int:
    """How many changes of a matrix are computed exactly."""
    return max(LEAST_TRIED, min(TRIED, ENTRIES // matrix.size))


def _set(matrix: Tensor, pairs: list[tuple[int, int]], value: float) -> None:
    for one, other in pairs:
        matrix[one, other] = matrix[other, one] = value


def _matrix(edges: NDArray[np.int64], nodes: int) -> Tensor:
    matrix = torch.zeros(nodes, nodes)
    matrix[edges[0], edges[1]] = 1
    return matrix


def _error(activation: Tensor, target: Tensor) -> float:
    return float(relative_error(activation[None], target[None]))
