"""Random graphs and features in which classes are planted."""

import numpy as np
from numpy.typing import NDArray


def planted_words(
    labels: NDArray[np.int64], words: int, density: float, ratio: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Features of 0 and 1, (nodes, words): which words each node has, as the texts of citation graphs have.

    Word j belongs to class j mod classes. A node has a word of its class `ratio` times as often as another's,
    and `density` of all words on average, in (0, 1). Raises ValueError for a probability above 1.
    """
    classes = int(labels.max()) + 1
    others = density / (1 + (ratio - 1) / classes)
    if others * ratio > 1:
        raise ValueError(f"density {density} and ratio {ratio} need a probability of {others * ratio:.2f}")
    own = labels[:, None] == np.arange(words) % classes
    chance = np.where(own, others * ratio, others)
    return (rng.random((len(labels), words)) < chance).astype(np.float32)


def planted_partition(
    nodes: int, classes: int, within: float, between: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A stochastic block model of classes of equal size (Holland, Laskey and Leinhardt 1983).

    Gives pairs of nodes (2, edges), each edge once, and labels (nodes,). `within` and `between` are the
    probabilities of an edge in a class and between two. The number of edges of each pair of classes is drawn
    from the binomial distribution and then the edges: memory grows with the edges, not with nodes squared.
    """
    labels = np.sort(np.arange(nodes, dtype=np.int64) % classes)
    members = [np.flatnonzero(labels == label) for label in range(classes)]
    parts = []
    for first in range(classes):
        for second in range(first, classes):
            if first == second:
                n = len(members[first])
                low, high = unordered_pairs(rng.binomial(n * (n - 1) // 2, within), n, rng)
                parts.append(np.stack([members[first][low], members[first][high]]))
            else:
                n, m = len(members[first]), len(members[second])
                cells = rng.choice(n * m, rng.binomial(n * m, between), replace=False, shuffle=False)
                parts.append(np.stack([members[first][cells // m], members[second][cells % m]]))
    return np.concatenate(parts, axis=1), labels


def unordered_pairs(
    count: int, nodes: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`count` distinct pairs of `nodes` nodes, drawn uniformly: the smaller nodes, and the larger ones."""
    cells = rng.choice(nodes * (nodes - 1) // 2, count, replace=False, shuffle=False).astype(np.int64)
    # Cell h (h - 1) / 2 + l stands for the pair l < h. The root may be rounded past a whole number.
    high = ((1 + np.sqrt(1 + 8 * cells.astype(np.float64))) / 2).astype(np.int64)
    high -= high * (high - 1) // 2 > cells
    high += high * (high + 1) // 2 <= cells
    return cells - high * (high - 1) // 2, high
