"""Random graphs keep what they must keep, and nothing else."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.graphs.data import both_directions, karate, once
from synthesis.graphs.rewiring import degree_preserving, permuted_rows, random_like

NODES = 12
SEEDS = st.integers(0, 2**32 - 1)
GRAPHS = st.sets(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda p: p[0] < p[1])
)


def edges_of(pairs):
    return both_directions(np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T)


def degrees(edges):
    return np.bincount(edges[0], minlength=NODES)


@given(GRAPHS, SEEDS)
@settings(max_examples=60, deadline=None)
def test_rewiring_keeps_every_degree_and_a_simple_graph(pairs, seed):
    edges = edges_of(pairs)
    rewired = degree_preserving(edges, NODES, np.random.default_rng(seed))
    np.testing.assert_array_equal(degrees(rewired), degrees(edges))
    np.testing.assert_array_equal(rewired, both_directions(once(rewired)))
    assert (rewired[0] != rewired[1]).all()


@given(GRAPHS, SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_random_graph_has_as_many_edges(pairs, seed):
    edges = edges_of(pairs)
    drawn = random_like(edges, NODES, np.random.default_rng(seed))
    assert drawn.shape == edges.shape
    np.testing.assert_array_equal(drawn, both_directions(once(drawn)))
    assert (drawn[0] != drawn[1]).all()


def test_every_graph_of_the_same_degrees_is_drawn_about_equally_often():
    """Two edges on four nodes can be rewired into three graphs."""
    edges = edges_of([(0, 1), (2, 3)])
    rng = np.random.default_rng(0)
    drawn = [degree_preserving(edges, 4, rng).tobytes() for _ in range(3000)]
    counts = sorted(drawn.count(one) for one in set(drawn))
    assert len(counts) == 3
    assert counts[0] > 900  # 1,000 expected, standard deviation 26


def test_after_ten_steps_for_each_edge_the_start_is_forgotten():
    """Rewired once or five times in a row, the karate club keeps as many of its edges."""
    edges = karate(0).graphs[0].edges
    own = set(map(tuple, edges.T.tolist()))
    rng = np.random.default_rng(0)
    once_rewired, often_rewired = [], []
    for _ in range(40):
        drawn = degree_preserving(edges, 34, rng)
        once_rewired.append(len(own & set(map(tuple, drawn.T.tolist()))) / len(own))
        for _ in range(4):
            drawn = degree_preserving(drawn, 34, rng)
        often_rewired.append(len(own & set(map(tuple, drawn.T.tolist()))) / len(own))
    assert abs(np.mean(once_rewired) - np.mean(often_rewired)) < 0.02
    assert np.mean(once_rewired) < 0.4


def test_a_complete_graph_cannot_be_rewired():
    edges = both_directions(np.array(nx.complete_graph(5).edges).T)
    np.testing.assert_array_equal(degree_preserving(edges, 5, np.random.default_rng(0)), edges)


def test_rows_of_features_are_moved_and_none_lost():
    features = np.arange(40, dtype=np.float32).reshape(20, 2)
    moved = permuted_rows(features, np.random.default_rng(0))
    assert (moved != features).any()
    np.testing.assert_array_equal(moved[moved[:, 0].argsort()], features)
