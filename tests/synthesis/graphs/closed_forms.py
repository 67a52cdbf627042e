"""What is known of the first layer of a GCN without optimising or differentiating anything."""

import numpy as np
import torch
from torch import Tensor

from synthesis.graphs.data import both_directions, karate
from synthesis.graphs.dense import adjacency
from synthesis.graphs.dense_gcn import DenseGCN


def first_layer_rank(shared: Tensor, active: Tensor) -> int:
    """Sum over units j of rank(S[A_j, :]), A_j the nodes where unit j is active: rank of the Jacobian.

    shared : (nodes, nodes), the normalised adjacency S. active : bool (nodes, units). It holds for linearly
    independent columns of the weights: the Jacobian's rows are then S[v, :] (x) W[:, j], for active (v, j).
    """
    return sum(int(torch.linalg.matrix_rank(shared[unit])) for unit in active.T if unit.any())


def node_dimension(weights: Tensor, active: Tensor) -> int:
    """Features minus rank(W[:, active]) of one node. weights : (features, units). active : bool (units,)."""
    return len(weights) - int(torch.linalg.matrix_rank(weights[:, active]))


def dense(edges, nodes: int) -> Tensor:
    """The adjacency matrix, float64."""
    return adjacency(torch.from_numpy(edges), nodes).double()


def karate_network(activation: str, seed: int = 0, **options):
    """Network, features (34, 60) and adjacency of the karate club with 16 hidden units."""
    graph = karate(0).graphs[0]
    network = DenseGCN([60, 16, 2], activation, seed=seed, **options)
    features = torch.from_numpy(np.random.default_rng(seed).standard_normal((34, 60)))
    return network, features, dense(graph.edges, 34)


def with_twins():
    """Edges of 8 nodes, of which 0 and 1 have the same closed neighbourhood: two equal rows of S."""
    pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (3, 4), (4, 5), (5, 6), (6, 7), (2, 7)]
    return both_directions(np.array(pairs).T)


def layer_of(network: DenseGCN, matrix: Tensor, name: str):
    """One layer as a function of the features."""
    return lambda features: network(features, matrix)[name]
