"""Random graphs with a small known graph hung on them."""

import networkx as nx
import numpy as np
from numpy.typing import NDArray

# A ring of four with a roof, and a ring of five: as many nodes, and one edge of difference.
HOUSE = ((0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (1, 4))
RING = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0))
MOTIFS = (HOUSE, RING)

_BASE_NODES = 20
_FEATURES = 10
_NOISE_DENSITY = 0.1


def motif_graph(label: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A graph of 25 nodes with the motif `label`: pairs (2, edges), each edge once, and features (25, 10).

    The base is Barabasi and Albert's preferential attachment (1999) with one edge for each new node; one edge
    joins a random node of it with a random node of the motif. The first feature is 1 at every node, so that
    networks can count edges; the others are 1 with probability .1, whatever the label.
    """
    base = nx.barabasi_albert_graph(_BASE_NODES, 1, seed=int(rng.integers(2**31)))
    motif = np.array(MOTIFS[label]).T + _BASE_NODES
    bridge = np.array([[rng.integers(_BASE_NODES)], [_BASE_NODES + rng.integers(5)]])
    pairs = np.concatenate([np.array(list(base.edges())).T, motif, bridge], axis=1).astype(np.int64)
    features = (rng.random((_BASE_NODES + 5, _FEATURES)) < _NOISE_DENSITY).astype(np.float32)
    features[:, 0] = 1
    return pairs, features
