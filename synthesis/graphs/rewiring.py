"""Random graphs that share with a graph its degrees, or the number of its edges; and features in random rows.

They are the nulls that a metamer has to surpass, and the chance that deviations are compared with.
"""

import numpy as np
from numpy.typing import NDArray

from synthesis.graphs.data import both_directions, once
from synthesis.graphs.planted import unordered_pairs

PROPOSALS_PER_EDGE = 10


def degree_preserving(edges: NDArray[np.int64], n_nodes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A random graph in which every node has as many edges as in `edges` (2, both directions).

    A chain of double edge swaps: two edges a-b and c-d become a-d and c-b. A swap that would give a self-loop
    or a double edge is refused and counts as a step; so the chain reaches every graph of these degrees and,
    in the limit, each equally often (Fosdick et al. 2018, "Configuring Random Graph Models with Fixed Degree
    Sequences"). It takes 10 steps for each edge: the karate club then keeps 34 % of its edges, after 100
    steps for each 35 %, after one 52 %. The graph need not be connected, before or after.
    """
    pairs = once(edges)
    count = pairs.shape[1]
    if count < 2:
        return edges.copy()
    ends = pairs.T.tolist()
    present = {low * n_nodes + high for low, high in ends}
    steps = PROPOSALS_PER_EDGE * count
    picks = rng.integers(count, size=(steps, 2)).tolist()
    turns = rng.integers(2, size=steps).tolist()
    for (one, two), turned in zip(picks, turns, strict=True):
        a, b = ends[one]
        c, d = ends[two][::-1] if turned else ends[two]
        if one == two or a == d or c == b:
            continue
        first, second = (a, d) if a < d else (d, a), (c, b) if c < b else (b, c)
        codes = first[0] * n_nodes + first[1], second[0] * n_nodes + second[1]
        if codes[0] in present or codes[1] in present or codes[0] == codes[1]:
            continue
        present -= {a * n_nodes + b, min(c, d) * n_nodes + max(c, d)}
        present.update(codes)
        ends[one], ends[two] = list(first), list(second)
    return both_directions(np.array(ends, dtype=np.int64).T)


def random_like(edges: NDArray[np.int64], n_nodes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A graph drawn uniformly from all with `n_nodes` nodes and as many edges as `edges` (G(n, m), Erdos and
    Renyi 1959).
    """  # fmt: skip
    return both_directions(np.stack(unordered_pairs(edges.shape[1] // 2, n_nodes, rng)))


def permuted_rows(features: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The features (nodes, features) with their rows at other nodes, at random."""
    return rng.permutation(features, axis=0)
