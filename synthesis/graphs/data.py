"""Graphs, sets of them, and the sets that need no download.

A set is made from a seed: the same seed gives the same graphs on every machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from synthesis.graphs.motifs import motif_graph
from synthesis.graphs.planted import planted_partition, planted_words

_NEIGHBOURS = 5
_PAIRS_OF_MOTIFS = 60


@dataclass(frozen=True)
class Graph:
    """An undirected graph without weights whose nodes carry features.

    edges : (2, E), int64, each edge in both directions, sorted by first node and then second, without
    duplicates and self-loops. features : (N, F), float32. labels : int64, (N,) of the nodes or (1,) of the
    graph, from 0.
    """

    edges: NDArray[np.int64]
    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    name: str = ""

    @property
    def nodes(self) -> int:
        return len(self.features)


@dataclass(frozen=True)
class GraphSet:
    """Graphs of one task: labels of the nodes of each (`node_level`), or one label of each graph.

    train, test : bool, over all nodes of all graphs in order (node_level), or over the graphs.
    """

    graphs: tuple[Graph, ...]
    classes: int
    node_level: bool
    train: NDArray[np.bool_]
    test: NDArray[np.bool_]


def both_directions(pairs: NDArray[np.integer]) -> NDArray[np.int64]:
    """`Graph.edges` from pairs of nodes (2, any number), each edge in one direction or in both."""
    both = np.concatenate([pairs, pairs[::-1]], axis=1).astype(np.int64)
    distinct: NDArray[np.int64] = np.unique(both, axis=1)
    return distinct


def once(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """(2, E / 2): each edge of `Graph.edges` in one direction, the smaller node first."""
    return edges[:, edges[0] < edges[1]]


def split_by_class(
    labels: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks to train and to test on: a random half of each class, rounded up, and the rest."""
    train = np.zeros(len(labels), dtype=np.bool_)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        train[members[: (len(members) + 1) // 2]] = True
    return train, ~train


def karate(seed: int) -> GraphSet:
    """Zachary's karate club (1977): 34 members, 78 friendships, labels the club that each then joined.

    Its members have no features of their own: they get 60 planted words (`planted_words`).
    """
    club = nx.karate_club_graph()
    labels = np.array([club.nodes[node]["club"] == "Officer" for node in club], dtype=np.int64)
    return _with_words("karate", _pairs(club), labels, 60, 0.2, 3.0, seed)


def davis(seed: int) -> GraphSet:
    """The southern women of Davis, Gardner and Gardner (1941): 18 women and 14 events that they came to.

    Edges join women with events; labels are which of the two a node is. 60 planted words.
    """
    meetings = nx.convert_node_labels_to_integers(nx.davis_southern_women_graph())
    labels = np.array([meetings.nodes[node]["bipartite"] for node in meetings], dtype=np.int64)
    return _with_words("davis", _pairs(meetings), labels, 60, 0.2, 3.0, seed)


def sbm(seed: int) -> GraphSet:
    """A stochastic block model: 300 nodes in 3 classes, 300 words of density .04, class ratio 2.2.

    The features are weak on purpose: networks need the edges, and observers differ.
    """
    rng = np.random.default_rng([seed, 1])
    pairs, labels = planted_partition(300, 3, 0.05, 0.005, rng)
    return _with_words("sbm", pairs, labels, 300, 0.04, 2.2, seed)


def sbm_300(seed: int) -> GraphSet:
    """A stochastic block model: 300 nodes in 3 classes, 120 words of density .16, class ratio 3."""
    rng = np.random.default_rng([seed, 1])
    pairs, labels = planted_partition(300, 3, 0.05, 0.005, rng)
    return _with_words("sbm-300", pairs, labels, 120, 0.16, 3.0, seed)


def digits(seed: int) -> GraphSet:
    """Scikit-learn's handwritten digits: 1,797 nodes, 64 pixels as features in [0, 1], 10 classes.

    Each digit is joined with the 5 nearest others (Euclidean distance of pixels); an edge is there if either
    of its ends chose it. The seed decides only which digits are trained on.
    """
    from sklearn.datasets import load_digits
    from sklearn.neighbors import kneighbors_graph

    pixels, labels = load_digits(return_X_y=True)
    nearest = kneighbors_graph(pixels, _NEIGHBOURS).tocoo()
    edges = both_directions(np.stack([nearest.row, nearest.col]))
    features = (pixels / 16).astype(np.float32)
    return _one(Graph(edges, features, labels.astype(np.int64), "digits"), np.random.default_rng(seed))


def motifs(seed: int) -> GraphSet:
    """120 graphs to classify: which motif, a house (0) or a ring of 5 (1), hangs on a random tree-like graph.

    After BA-2motifs (Luo et al. 2020, "Parameterized Explainer for Graph Neural Network"). See `motif_graph`.
    """
    rng = np.random.default_rng(seed)
    labels = np.tile(np.array([0, 1], dtype=np.int64), _PAIRS_OF_MOTIFS)
    graphs = []
    for number, label in enumerate(labels):
        pairs, features = motif_graph(int(label), rng)
        graphs.append(
            Graph(both_directions(pairs), features, labels[number : number + 1], f"motifs-{number}")
        )
    train, test = split_by_class(labels, rng)
    return GraphSet(tuple(graphs), 2, False, train, test)


DATASETS: Mapping[str, Callable[[int], GraphSet]] = {
    "karate": karate,
    "davis": davis,
    "digits": digits,
    "sbm": sbm,
    "sbm-300": sbm_300,
    "motifs": motifs,
}


def _pairs(graph: "nx.Graph") -> NDArray[np.int64]:
    return np.array(list(graph.edges()), dtype=np.int64).T


def _with_words(
    name: str,
    pairs: NDArray[np.int64],
    labels: NDArray[np.int64],
    words: int,
    density: float,
    ratio: float,
    seed: int,
) -> GraphSet:
    rng = np.random.default_rng(seed)
    features = planted_words(labels, words, density, ratio, rng)
    return _one(Graph(both_directions(pairs), features, labels, name), rng)


def _one(graph: Graph, rng: np.random.Generator) -> GraphSet:
    """The set of one graph whose nodes are labelled."""
    train, test = split_by_class(graph.labels, rng)
    return GraphSet((graph,), int(graph.labels.max()) + 1, True, train, test)
