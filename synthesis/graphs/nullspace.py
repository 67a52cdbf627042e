"""Features that need no optimiser: what metamers of features are compared with.

A sample of the null space changes features without changing the activation; the nearest other node's features
are natural ones, at wrong nodes. Rows at random are `rewiring.permuted_rows`.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.graphs.dimension import Layer, jacobian, require_exact, smallest_counted


class NoNullSpaceError(ValueError):
    """A layer sees every dimension of the features."""


@dataclass(frozen=True)
class NullSample:
    """features : (nodes, features), float64. change : relative change of the features, ||x' - x|| / ||x||.

    error : relative error of the activation, ||h(x') - h(x)|| / ||h(x)||.
    """

    features: Tensor
    change: float
    error: float


def null_sample(layer: Layer, features: Tensor, change: float, rng: np.random.Generator) -> NullSample:
    """The features plus a random direction of the null space of the layer's Jacobian there.

    The direction is Gaussian noise, projected, and scaled so that the features change by `change`, relative.
    For a linear layer the error is that of rounding; for one that is linear in pieces (ReLU) it is so while
    no unit changes its sign, and grows with `change` after that. Raises ValueError for more entries than
    exact ranks take, and `NoNullSpaceError` where the null space is empty.
    """
    x = features.detach().to(torch.float64)
    require_exact(x)
    matrix = jacobian(layer, x)
    _, values, rows = torch.linalg.svd(matrix, full_matrices=False)
    seen = rows[values > smallest_counted(values, matrix)]
    if len(seen) == x.numel():
        raise NoNullSpaceError(f"the layer sees all {x.numel():,} dimensions of the features: no null space")
    direction = torch.from_numpy(rng.standard_normal(x.numel())).to(x.device)
    for _ in range(2):  # the second time takes away what rounding left
        direction = direction - seen.T @ (seen @ direction)
    direction = direction.reshape(x.shape) * (change * x.norm() / direction.norm())
    with torch.no_grad():
        activation, changed = layer(x), layer(x + direction)
    return NullSample(
        features=x + direction,
        change=float(direction.norm() / x.norm()),
        error=float((changed - activation).norm() / activation.norm()),
    )


def nearest_other(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each node with the features of the nearest other node (Euclidean): (nodes, features), nodes >= 2.

    Nodes of equal features are nearest to each other, and so keep theirs.
    """
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(features)
    taken: NDArray[np.float32] = features[found.kneighbors(return_distance=False)[:, 0]]
    return taken
