"""Measures of deviation: known values, what equal graphs give, and what chance gives."""

import dataclasses

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.graphs.data import Graph, both_directions, karate, sbm_300
from synthesis.graphs.deviation import Measure, cosine, edge_jaccard, jaccard, measures, relative_l2
from synthesis.graphs.rewiring import degree_preserving, permuted_rows, random_like
from synthesis.graphs.spectra import degree_distance, laplacian_spectrum, spectral_distance
from synthesis.graphs.weisfeiler_lehman import weisfeiler_lehman

FEATURES = {"cosine": 1, "jaccard": 1, "relative_l2": 0}
STRUCTURE = {"edge_jaccard": 1, "weisfeiler_lehman": 1, "degree_distance": 0, "spectral_distance": 0}


def edges_of(graph):
    return both_directions(np.array(list(graph.edges)).reshape(-1, 2).T)


def test_a_graph_does_not_deviate_from_itself_and_chance_does():
    graph = karate(0).graphs[0]
    found = measures(graph, graph, np.random.default_rng(0))
    assert set(found) == set(FEATURES | STRUCTURE)
    for name, expected in (FEATURES | STRUCTURE).items():
        assert found[name].value == pytest.approx(expected, abs=1e-12)
        assert abs(found[name].chance - expected) > 0.02


def test_only_what_differs_is_measured():
    graph = karate(0).graphs[0]
    rng = np.random.default_rng(0)
    other_features = dataclasses.replace(graph, features=permuted_rows(graph.features, rng))
    other_edges = dataclasses.replace(graph, edges=degree_preserving(graph.edges, 34, rng))
    assert set(measures(graph, other_features, rng)) == set(FEATURES)
    assert set(measures(graph, other_edges, rng)) == set(STRUCTURE)
    assert measures(graph, other_edges, rng)["degree_distance"].value == 0


def test_the_same_draws_give_the_same_numbers():
    graph = karate(0).graphs[0]
    one, two = (measures(graph, graph, np.random.default_rng(4)) for _ in range(2))
    assert one == two


def test_chance_of_a_binary_mask_is_its_density():
    graph = sbm_300(0).graphs[0]
    found = measures(graph, graph, np.random.default_rng(0))
    density = float(graph.features.mean())
    assert found["cosine"].chance == pytest.approx(density, abs=0.005)
    assert found["jaccard"].chance == pytest.approx(density / (2 - density), abs=0.005)


def test_chance_of_the_edges_is_that_of_random_graphs():
    """A pair of the karate club is an edge with p = 78 / 561; two such graphs share p / (2 - p) of edges."""
    graph = karate(0).graphs[0]
    found = measures(graph, graph, np.random.default_rng(0))["edge_jaccard"]
    p = 78 / 561
    assert found == Measure(1.0, pytest.approx(p / (2 - p), abs=0.02))


def test_features_computed_by_hand():
    one, other = np.array([[1.0, 1, 0, 0]]), np.array([[1.0, 0, 1, 1]])
    assert cosine(one, other) == pytest.approx(1 / np.sqrt(6))
    assert jaccard(one, other) == pytest.approx(1 / 4)
    assert relative_l2(one, other) == pytest.approx(np.sqrt(3 / 2))
    assert jaccard(np.array([2.0, -1]), np.array([1.0, 3])) == pytest.approx(1 / (2 + 3 + 1))
    assert (cosine(one, 0 * one), jaccard(0 * one, 0 * one), relative_l2(0 * one, other)) == (
        0,
        1,
        np.sqrt(3),
    )


def test_structure_computed_by_hand():
    path, star = edges_of(nx.path_graph(4)), edges_of(nx.star_graph(3))
    assert edge_jaccard(path, star) == pytest.approx(1 / 5)  # 01 12 23 and 01 02 03
    assert degree_distance(path, star, 4) == pytest.approx(2 / 4)  # 1 1 2 2 and 1 1 1 3
    # Star: 0, 1, 1, 2; path: 0, 1/2, 3/2, 2 (Chung 1997, Spectral Graph Theory, 1.2).
    assert spectral_distance(path, star, 4) == pytest.approx(np.sqrt((0.25 + 0.25) / 4))


def test_weisfeiler_lehman_computed_by_hand():
    """An edge and a node alone, against three nodes alone: one of three nodes agrees in each round."""
    edge, nothing = edges_of(nx.Graph([(0, 1)])), np.zeros((2, 0), dtype=np.int64)
    # Each round: (2, 1) and (0, 3) nodes of the two colours: 3 / sqrt(5 * 9).
    assert weisfeiler_lehman(edge, nothing, 3) == pytest.approx(3 / np.sqrt(45))


def test_weisfeiler_lehman_does_not_tell_a_ring_from_two():
    ring = edges_of(nx.cycle_graph(6))
    rings = edges_of(nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3)))
    assert weisfeiler_lehman(ring, rings, 6) == 1
    assert spectral_distance(ring, rings, 6) > 0.1


def test_the_spectrum_is_networkx_s_own():
    graph = nx.karate_club_graph()
    expected = np.sort(nx.normalized_laplacian_spectrum(graph, weight=None))
    np.testing.assert_allclose(laplacian_spectrum(edges_of(graph), 34), expected, atol=1e-12)


def test_spectra_of_very_large_graphs_are_left_out():
    assert np.isnan(spectral_distance(np.zeros((2, 0), int), np.zeros((2, 0), int), 2001))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_renumbering_the_nodes_leaves_degrees_spectrum_and_neighbourhoods(seed):
    rng = np.random.default_rng(seed)
    edges = random_like(np.zeros((2, 40), int), 15, rng)
    renumbered = both_directions(rng.permutation(15)[edges])
    assert weisfeiler_lehman(edges, renumbered, 15) == pytest.approx(1)
    assert degree_distance(edges, renumbered, 15) == 0
    assert spectral_distance(edges, renumbered, 15) == pytest.approx(0, abs=1e-7)


def test_graphs_of_different_sizes_are_refused():
    graph = karate(0).graphs[0]
    smaller = Graph(graph.edges, graph.features[:, :10], graph.labels)
    with pytest.raises(ValueError, match=r"\(34, 60\) and \(34, 10\)"):
        measures(graph, smaller, np.random.default_rng(0))
