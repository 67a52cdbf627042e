"""The similarity of two graphs' neighbourhoods, whatever the numbers of their nodes."""

import numpy as np
from numpy.typing import NDArray

ROUNDS = 3


def weisfeiler_lehman(one: NDArray[np.int64], other: NDArray[np.int64], n_nodes: int) -> float:
    """The normalised subtree kernel after 3 rounds (Shervashidze et al. 2011, section 3.2), in [0, 1].

    All nodes begin with one colour; in each round a node's new colour stands for its own and those of its
    neighbours. The kernel is the inner product of how often each colour occurs after the rounds 1 to 3,
    divided by the square root of the product of each graph's with itself. It is 1 for graphs that three
    rounds do not tell apart, among them isomorphic ones. one, other : edges (2, both directions).
    """
    counts = [_counts(edges, n_nodes) for edges in (one, other)]
    products = [_product(counts[a], counts[b]) for a, b in ((0, 1), (0, 0), (1, 1))]
    return products[0] / float(np.sqrt(products[1] * products[2]))


Counts = dict[int, int]


def _counts(edges: NDArray[np.int64], n_nodes: int) -> Counts:
    """How often each colour occurs, over all rounds; colours are hashes, so that graphs share them."""
    colours, counts = np.ones(n_nodes, dtype=np.uint64), Counts()
    for turn in range(1, ROUNDS + 1):
        sums = np.zeros(n_nodes, dtype=np.uint64)
        np.add.at(sums, edges[0], _mixed(colours)[edges[1]])  # modulo 2^64: the same in any order
        colours = _mixed(_mixed(colours + np.uint64(turn)) + sums)
        seen, often = np.unique(colours, return_counts=True)
        counts |= dict(zip(seen.tolist(), often.tolist(), strict=True))
    return counts


def _product(one: Counts, other: Counts) -> float:
    return float(sum(often * other.get(colour, 0) for colour, often in one.items()))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hashes of 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
