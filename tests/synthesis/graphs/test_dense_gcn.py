"""What every message-passing network must do, on the dense GCN."""

import networkx as nx
import numpy as np
import pytest
import torch

from synthesis.common.errors import UserError
from synthesis.graphs.data import both_directions
from synthesis.graphs.dense import adjacency, normalised
from synthesis.graphs.dense_gcn import DenseGCN
from tests.synthesis.graphs.closed_forms import dense, karate_network


def edges_of(graph):
    return both_directions(np.array(list(graph.edges)).T)


@pytest.mark.parametrize("activation", ["relu", "elu", "linear"])
@pytest.mark.parametrize("residual", [False, True])
def test_a_ring_and_two_rings_of_constant_features_are_metamers(activation, residual):
    """Every node has two neighbours like itself: no network that passes messages tells the two apart."""
    ring = dense(edges_of(nx.cycle_graph(6)), 6)
    rings = dense(edges_of(nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))), 6)
    network = DenseGCN([5, 8, 8, 3], activation, residual=residual)
    features = torch.full((6, 5), 0.7, dtype=torch.float64)
    one, two = network(features, ring), network(features, rings)
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=0, atol=1e-15)


def test_features_that_differ_tell_the_two_apart():
    ring = dense(edges_of(nx.cycle_graph(6)), 6)
    rings = dense(edges_of(nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))), 6)
    network = DenseGCN([5, 8, 3])
    features = torch.from_numpy(np.random.default_rng(0).standard_normal((6, 5)))
    assert (network(features, ring)["logits"] - network(features, rings)["logits"]).abs().max() > 1e-3


def test_renumbering_the_nodes_renumbers_the_activations():
    network, features, matrix = karate_network("elu", residual=True)
    order = torch.from_numpy(np.random.default_rng(0).permutation(34))
    there, back = network(features, matrix), network(features[order], matrix[order][:, order])
    for name in there:
        torch.testing.assert_close(there[name][order], back[name])
        torch.testing.assert_close(there[name].sort(dim=0).values, back[name].sort(dim=0).values)


def test_the_normalised_adjacency_of_a_triangle_with_a_tail():
    matrix = normalised(dense(both_directions(np.array([[0, 0, 1, 2], [1, 2, 2, 3]])), 4))
    degrees = np.array([3, 3, 4, 2])
    expected = np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 1, 1]])
    np.testing.assert_allclose(matrix, expected / np.sqrt(np.outer(degrees, degrees)))


def test_a_node_without_edges_sees_itself_alone():
    matrix = normalised(torch.zeros(3, 3, dtype=torch.float64))
    torch.testing.assert_close(matrix, torch.eye(3, dtype=torch.float64))


def test_an_absent_edge_has_a_gradient():
    network, features, matrix = karate_network("elu")
    matrix.requires_grad_()
    network(features, matrix)["logits"].square().sum().backward()
    assert matrix.grad[matrix == 0].abs().max() > 0


def test_the_residual_adds_a_map_of_the_input():
    with_it, features, matrix = karate_network("linear", residual=True)
    z = with_it(features, matrix)["layer1.linear"]
    torch.testing.assert_close(
        z, normalised(matrix) @ features @ with_it.weights[0] + features @ with_it.skips[0]
    )


def test_more_nodes_than_a_full_matrix_takes_are_refused():
    with pytest.raises(UserError, match="2,001 nodes"):
        adjacency(torch.zeros(2, 0, dtype=torch.int64), 2001)
