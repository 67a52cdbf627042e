"""The sets of graphs that need no download: their sizes, their labels, and what is planted in them."""

import networkx as nx
import numpy as np
import pytest

from synthesis.graphs.data import DATASETS, both_directions, once
from synthesis.graphs.motifs import HOUSE, RING
from synthesis.graphs.planted import planted_partition, planted_words, unordered_pairs

SIZES = {  # nodes, edges, features, classes
    "karate": (34, 78, 60, 2),
    "davis": (32, 89, 60, 2),
    "digits": (1797, 6310, 64, 10),
    "sbm": (300, None, 300, 3),
    "sbm-300": (300, None, 120, 3),
    "motifs": (25, None, 10, 2),
}


@pytest.fixture(scope="module", params=DATASETS)
def named(request):
    return request.param, DATASETS[request.param](3)


def test_sizes(named):
    name, made = named
    nodes, edges, features, classes = SIZES[name]
    graph = made.graphs[0]
    assert (graph.nodes, graph.features.shape[1], made.classes) == (nodes, features, classes)
    assert edges is None or once(graph.edges).shape[1] == edges


def test_every_edge_is_there_in_both_directions_once_and_sorted(named):
    for graph in named[1].graphs:
        assert graph.edges.dtype == np.int64
        assert graph.features.dtype == np.float32
        assert (graph.edges[0] != graph.edges[1]).all()
        np.testing.assert_array_equal(graph.edges, both_directions(once(graph.edges)))
        assert graph.edges.max() < graph.nodes


def test_a_half_of_each_class_is_trained_on_and_the_rest_tested(named):
    made = named[1]
    labels = np.concatenate([graph.labels for graph in made.graphs])
    assert (made.train ^ made.test).all()
    for label in range(made.classes):
        trained = int((made.train & (labels == label)).sum())
        assert trained == (int((labels == label).sum()) + 1) // 2


def test_the_seed_decides(named):
    name, made = named
    again, other = DATASETS[name](3), DATASETS[name](4)
    for one, two in zip(made.graphs, again.graphs, strict=True):
        np.testing.assert_array_equal(one.edges, two.edges)
        np.testing.assert_array_equal(one.features, two.features)
    assert (made.train != other.train).any()


def test_words_of_the_own_class_are_as_frequent_as_planted():
    labels = np.arange(3000) % 3
    words = planted_words(labels, 300, 0.04, 2.2, np.random.default_rng(0))
    own = labels[:, None] == np.arange(300) % 3
    assert words.mean() == pytest.approx(0.04, rel=0.02)
    assert words[own].mean() / words[~own].mean() == pytest.approx(2.2, rel=0.05)


def test_words_that_would_need_more_than_certainty_are_refused():
    with pytest.raises(ValueError, match=r"probability of 1\.50"):
        planted_words(np.array([0, 1]), 4, 0.9, 5, np.random.default_rng(0))


def test_blocks_have_the_planted_numbers_of_edges():
    pairs, labels = planted_partition(900, 3, 0.05, 0.005, np.random.default_rng(0))
    same = labels[pairs[0]] == labels[pairs[1]]
    assert len(set(map(tuple, np.sort(pairs, axis=0).T.tolist()))) == pairs.shape[1]
    assert (pairs[0] != pairs[1]).all()
    assert same.sum() == pytest.approx(3 * 300 * 299 / 2 * 0.05, rel=0.05)
    assert (~same).sum() == pytest.approx(3 * 300 * 300 * 0.005, rel=0.1)


def test_pairs_of_all_cells_are_all_pairs():
    low, high = unordered_pairs(45, 10, np.random.default_rng(0))
    assert sorted(zip(low.tolist(), high.tolist(), strict=True)) == [
        (a, b) for a in range(10) for b in range(a + 1, 10)
    ]


def test_pairs_of_very_many_nodes_are_ordered_and_distinct():
    low, high = unordered_pairs(1000, 3_000_000, np.random.default_rng(0))
    assert (low >= 0).all() and (low < high).all() and high.max() < 3_000_000
    assert len(set(zip(low.tolist(), high.tolist(), strict=True))) == 1000


@pytest.mark.parametrize("label", [0, 1])
def test_a_graph_holds_its_own_motif_alone(label):
    """The base is a tree and one edge hangs the motif on it: all circles are the motif's."""
    for graph in DATASETS["motifs"](0).graphs[label:20:2]:
        found = nx.Graph(graph.edges.T.tolist())
        core = nx.k_core(found, 2)
        assert nx.is_connected(found)
        assert nx.is_isomorphic(core, nx.Graph((HOUSE, RING)[label]))
