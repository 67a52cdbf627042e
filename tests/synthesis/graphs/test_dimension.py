"""Metameric dimensions against the closed forms of a GCN, whole and node by node."""

import numpy as np
import pytest
import torch

from synthesis.graphs.data import once, sbm_300
from synthesis.graphs.dense import adjacency, normalised
from synthesis.graphs.dense_gcn import DenseGCN
from synthesis.graphs.dimension import Neighbours, bounded, exact, is_exact, node_spectrum
from tests.synthesis.graphs.closed_forms import (
    dense,
    first_layer_rank,
    karate_network,
    layer_of,
    node_dimension,
    with_twins,
)


def on_edges(network, name):
    """A layer as a function of features and edges, as single nodes are examined."""
    return lambda features, edges: network(features, adjacency(edges, len(features)).double())[name]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("activation", ["linear", "elu", "relu"])
def test_the_first_layer_has_the_rank_of_the_closed_form(activation, seed):
    network, features, matrix = karate_network(activation, seed)
    active = torch.ones(34, 16, dtype=torch.bool)
    if activation == "relu":
        active = network(features, matrix)["layer1"] > 0
    found = exact(layer_of(network, matrix, "layer1"), features)
    assert found.exact
    assert found.rank == first_layer_rank(normalised(matrix), active)
    assert found.share == 1 - found.rank / 2040
    assert found.spectrum.shape == (544,)
    if activation != "relu":
        assert found.rank == 544
    else:
        assert found.rank < 544


def test_the_logits_of_the_karate_club_see_68_dimensions():
    network, features, matrix = karate_network("linear")
    assert exact(layer_of(network, matrix, "logits"), features).rank == 68


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_the_closed_form_holds_where_twins_make_the_adjacency_singular(activation):
    matrix = dense(with_twins(), 8)
    shared = normalised(matrix)
    assert int(torch.linalg.matrix_rank(shared)) < 8
    network = DenseGCN([12, 6, 2], activation, seed=1)
    features = torch.from_numpy(np.random.default_rng(1).standard_normal((8, 12)))
    active = network(features, matrix)["layer1"] > 0
    if activation == "linear":
        active = torch.ones_like(active)
    found = exact(layer_of(network, matrix, "layer1"), features)
    assert found.rank == first_layer_rank(shared, active)
    assert found.rank < int(active.sum())


def test_each_node_has_the_dimension_of_the_closed_form():
    network, features, matrix = karate_network("relu")
    active = network(features, matrix)["layer1"] > 0
    neighbours = Neighbours(matrix.nonzero().T.numpy(), 34)
    for node in range(34):
        spectrum, tolerance = node_spectrum(on_edges(network, "layer1"), features, neighbours, 1, node)
        rank = int((spectrum > tolerance).sum())
        assert 60 - rank == node_dimension(network.weights[0], active[node])


@pytest.mark.parametrize(("name", "hops"), [("layer1", 1), ("logits", 2)])
def test_a_nodes_jacobian_on_its_receptive_field_is_that_of_the_whole_graph(name, hops):
    network, features, matrix = karate_network("relu")
    neighbours = Neighbours(matrix.nonzero().T.numpy(), 34)
    for node in (0, 16, 33):
        part, _ = node_spectrum(on_edges(network, name), features, neighbours, hops, node)
        whole = exact(lambda x, node=node: network(x, matrix)[name][node], features)
        np.testing.assert_allclose(part, whole.spectrum, atol=1e-12)


def test_the_bound_of_all_nodes_is_exact_at_the_first_layer_and_above_at_the_second():
    network, features, matrix = karate_network("relu")
    edges, all_nodes = matrix.nonzero().T, np.arange(34)
    for name, hops in (("layer1", 1), ("logits", 2)):
        whole = exact(layer_of(network, matrix, name), features)
        parts = bounded(on_edges(network, name), features, edges, hops, all_nodes)
        assert not parts.exact
        assert parts.rank >= whole.rank
        if name == "layer1":
            assert parts.rank == whole.rank


def test_a_large_graph_is_judged_by_some_of_its_nodes():
    graph = sbm_300(0).graphs[0]
    network = DenseGCN([120, 16, 3], "relu")
    features = torch.from_numpy(graph.features)
    active = network(features.double(), dense(graph.edges, 300))["layer1"] > 0
    examined = np.arange(0, 300, 30)
    found = bounded(on_edges(network, "layer1"), features, torch.from_numpy(graph.edges), 1, examined)
    ranks = [120 - node_dimension(network.weights[0], active[node]) for node in examined]
    assert found.rank == pytest.approx(np.mean(ranks) * 300)
    assert found.share == pytest.approx(1 - np.mean(ranks) / 120)
    assert not is_exact(*features.shape)
    with pytest.raises(ValueError, match="36,000 entries"):
        exact(layer_of(network, dense(graph.edges, 300), "layer1"), features)


def test_a_layer_in_single_precision_is_refused():
    with pytest.raises(ValueError, match="float64"):
        exact(lambda x: x.float() * 2, torch.ones(3, 2))


def test_what_sees_nothing_leaves_every_dimension():
    found = exact(lambda x: x * 0, torch.ones(3, 2))
    assert (found.rank, found.share, found.log_pseudo_determinant) == (0, 1, 0)


def test_a_node_without_edges_is_its_own_field():
    neighbours = Neighbours(np.array([[0, 1], [1, 0]]), 3)
    assert neighbours.within(2, 3) == [2]
    assert once(neighbours.induced([1, 0])).tolist() == [[0], [1]]
