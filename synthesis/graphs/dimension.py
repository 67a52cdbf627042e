"""How many dimensions of a graph's features a layer does not see: the rank of its Jacobian.

Changes of the features in the null space of the Jacobian of a layer's activation leave the activation as it
is, to first order: N F - rank of its N F dimensions are metameric (after Xu et al. 2025, arXiv 2510.17378,
"local metamer dimension"). Ranks are meant in float64: in float32 rounding hides what is small and what is 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MOST_EXACT = 4_000

Layer = Callable[[Tensor], Tensor]
"""Features (nodes, features), float64, to an activation of any shape; the edges are fixed inside."""

LayerOfGraph = Callable[[Tensor, Tensor], Tensor]
"""Features (nodes, features), float64, and edges (2, both directions) to an activation (nodes, units)."""


@dataclass(frozen=True)
class Dimension:
    """The rank of a Jacobian, and what it was judged by.

    dimensions : N F, the entries of the features. rank : the singular values above `tolerance`; if not
    `exact`, an upper bound (`bounded`). spectrum : singular values, falling; if not `exact`, those of all
    examined nodes together. tolerance : of the largest Jacobian, if there are several.
    """

    dimensions: int
    rank: float
    tolerance: float
    spectrum: NDArray[np.float64]
    exact: bool

    @property
    def share(self) -> float:
        """1 - rank / (N F), in [0, 1]: the share of metameric dimensions; a lower bound if not `exact`."""
        return 1 - self.rank / self.dimensions

    @property
    def log_pseudo_determinant(self) -> float:
        """Sum of the natural logarithms of the singular values above the tolerance; 0 if there is none."""
        return float(np.log(self.spectrum[self.spectrum > self.tolerance]).sum())


def is_exact(nodes: int, features: int) -> bool:
    """Whether `exact` takes a graph of this size: at most 4,000 entries of features."""
    return nodes * features <= MOST_EXACT


def require_exact(features: Tensor) -> None:
    """Raise ValueError for more entries of features than exact ranks take."""
    if not is_exact(*features.shape):
        raise ValueError(f"{features.numel():,} entries of features; exact ranks take {MOST_EXACT:,} at most")


def jacobian(layer: Layer, features: Tensor) -> Tensor:
    """(entries of the activation, N F), float64: derivatives by the features. Where a ReLU meets 0 it is 0.

    Raises ValueError for a layer that does not compute in float64.
    """
    x = features.detach().to(torch.float64)

    def checked(inner: Tensor) -> Tensor:
        activation = layer(inner)
        if activation.dtype != torch.float64:
            raise ValueError(f"the layer gives {activation.dtype}; ranks need float64 (`module.double()`)")
        return activation

    derivatives: Tensor = torch.func.jacrev(checked)(x)
    return derivatives.detach().reshape(-1, x.numel())


def exact(layer: Layer, features: Tensor) -> Dimension:
    """The rank of the whole Jacobian of a layer, at most 4,000 entries of features.

    The tolerance is that of numpy and LAPACK: largest singular value x larger side of the matrix x 2.2e-16.
    Raises ValueError for more entries; `bounded` takes them.
    """
    require_exact(features)
    spectrum, tolerance = _spectrum(jacobian(layer, features))
    return Dimension(features.numel(), int((spectrum > tolerance).sum()), tolerance, spectrum, exact=True)


def bounded(
    layer: LayerOfGraph, features: Tensor, edges: Tensor, hops: int, examined: NDArray[np.int64]
) -> Dimension:
    """An upper bound of the rank from single nodes, for graphs of any size.

    Each examined node's Jacobian is that of its own activation by the features of its receptive field: the
    nodes within `hops` edges. The sum of the ranks of all nodes' Jacobians bounds the rank of the whole;
    the two are equal at the first layer of a GCN whose normalised adjacency has full rank. If only some nodes
    are examined, their mean stands for all. The bound is held to N F.
    """
    nodes, dimensions = len(features), features.numel()
    neighbours = Neighbours(edges.cpu().numpy(), nodes)
    found = [node_spectrum(layer, features, neighbours, hops, int(node)) for node in examined]
    ranks = [int((spectrum > tolerance).sum()) for spectrum, tolerance in found]
    return Dimension(
        dimensions=dimensions,
        rank=min(float(np.mean(ranks)) * nodes, float(dimensions)),
        tolerance=max(tolerance for _, tolerance in found),
        spectrum=np.sort(np.concatenate([spectrum for spectrum, _ in found]))[::-1],
        exact=False,
    )


def smallest_counted(values: Tensor, matrix: Tensor) -> float:
    """The tolerance: singular values of `matrix` above it count, those below are rounding."""
    largest = float(values[0]) if len(values) else 0.0
    return largest * max(matrix.shape) * float(np.finfo(np.float64).eps)


class Neighbours:
    """The neighbours of each node, to find a node's receptive field without looking at all edges."""

    def __init__(self, edges: NDArray[np.int64], nodes: int) -> None:
        order = np.argsort(edges[0], kind="stable")
        self._targets = edges[1][order]
        self._starts = np.searchsorted(edges[0][order], np.arange(nodes + 1))

    def of(self, node: int) -> list[int]:
        found: list[int] = self._targets[self._starts[node] : self._starts[node + 1]].tolist()
        return found

    def within(self, node: int, hops: int) -> list[int]:
        """The nodes at most `hops` edges from `node`, nearest first: `node` itself, its neighbours, ..."""
        found, rim = {node: None}, [node]
        for _ in range(hops):
            reached = dict.fromkeys(other for one in rim for other in self.of(one))
            rim = [other for other in reached if other not in found]
            found |= dict.fromkeys(rim)
        return list(found)

    def induced(self, kept: list[int]) -> NDArray[np.int64]:
        """The edges among `kept`, whose nodes are numbered by their places in it: (2, both directions)."""
        place = {node: number for number, node in enumerate(kept)}
        pairs = [(place[one], place[other]) for one in kept for other in self.of(one) if other in place]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2).T


def node_spectrum(
    layer: LayerOfGraph, features: Tensor, neighbours: Neighbours, hops: int, node: int
) -> tuple[NDArray[np.float64], float]:
    """Singular values of one node's Jacobian by the features of its receptive field, and their tolerance.

    The layer is run on the nodes within `hops` + 1: one more than the field, whose nodes then have all their
    edges, and so the degrees, that they have in the whole graph.
    """
    kept = neighbours.within(node, hops + 1)
    field = len(neighbours.within(node, hops))
    edges = torch.from_numpy(neighbours.induced(kept)).to(features.device)
    x = features[kept].detach().to(torch.float64)

    def of_node(inner: Tensor) -> Tensor:
        return layer(torch.cat([inner, x[field:]]), edges)[0]

    return _spectrum(jacobian(of_node, x[:field]))


def _spectrum(matrix: Tensor) -> tuple[NDArray[np.float64], float]:
    values = torch.linalg.svdvals(matrix)
    return values.cpu().numpy(), smallest_counted(values, matrix)
