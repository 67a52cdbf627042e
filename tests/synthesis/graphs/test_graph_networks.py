"""Networks of graphs: known truths that hold for each, and what the dense form has in common with them."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from synthesis.common.errors import UserError
from synthesis.graphs.data import DATASETS, both_directions
from synthesis.graphs.dense import adjacency
from synthesis.graphs.dense_layers import dense_activations
from synthesis.graphs.features import feature_metamer, most
from synthesis.graphs.kind import Graphs, standard
from synthesis.graphs.layout import positions
from synthesis.graphs.networks import activations, build
from synthesis.graphs.spec import ARCHITECTURES, GraphNetworkSpec
from synthesis.graphs.structure import structure_metamer
from synthesis.networks.inputs import GraphInput
from synthesis.optimise.recipes import Fast

SHOWN = GraphInput(features=60, classes=2, node_level=True)
KARATE = DATASETS["karate"](0).graphs[0]
X, EDGES = torch.from_numpy(KARATE.features), torch.from_numpy(KARATE.edges)


def network(kind: str, shown: GraphInput = SHOWN, **options: object) -> torch.nn.Module:
    return build(GraphNetworkSpec.model_validate({"kind": kind, **options}), shown, 0).requires_grad_(False)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_nodes_in_another_order_have_the_same_activations(kind: str) -> None:
    order = torch.randperm(len(X), generator=torch.Generator().manual_seed(1))
    place = torch.argsort(order)
    module = network(kind)
    one, other = activations(module, X, EDGES), activations(module, X[order], place[EDGES])
    for layer, activation in one.items():
        torch.testing.assert_close(activation[order], other[layer], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ["gcn", "gat", "sage", "gin", "dense-gcn"])
def test_a_ring_of_six_and_two_of_three_are_one_to_message_passing(kind: str) -> None:
    ring = torch.from_numpy(both_directions(np.array([range(6), [1, 2, 3, 4, 5, 0]])))
    two = torch.from_numpy(both_directions(np.array([range(6), [1, 2, 0, 4, 5, 3]])))
    module, constant = network(kind), torch.ones(6, 60)
    one, other = activations(module, constant, ring), activations(module, constant, two)
    for layer, activation in one.items():
        torch.testing.assert_close(activation, other[layer], atol=1e-6, rtol=1e-5)


def test_the_control_is_blind_to_edges() -> None:
    module = network("mlp")
    none = torch.zeros(2, 0, dtype=torch.int64)
    assert torch.equal(activations(module, X, EDGES)["logits"], activations(module, X, none)["logits"])


@pytest.mark.parametrize("kind", ["gcn", "dense-gcn"])
@pytest.mark.parametrize("node_level", [True, False])
@pytest.mark.parametrize("residual", [True, False])
def test_from_a_matrix_a_gcn_gives_what_it_gives_from_edges(
    kind: str, node_level: bool, residual: bool
) -> None:
    shown = GraphInput(60, 2, node_level)
    module = network(kind, shown, residual=residual, activation="elu", depth=3)
    from_edges = activations(module, X, EDGES)
    from_matrix = dense_activations(module, X, adjacency(EDGES, len(X)))
    assert list(from_edges) == list(from_matrix)
    for layer, activation in from_edges.items():
        torch.testing.assert_close(activation, from_matrix[layer], atol=1e-5, rtol=1e-4)


def test_graphs_side_by_side_are_pooled_apart() -> None:
    module = network("gcn", GraphInput(60, 2, node_level=False))
    both = torch.cat([X, X * 2]), torch.cat([EDGES, EDGES + len(X)], dim=1)
    graph_of = torch.arange(2).repeat_interleave(len(X))
    together = activations(module, *both, graph_of)["logits"]
    apart = [activations(module, x, EDGES)["logits"] for x in (X, X * 2)]
    torch.testing.assert_close(together, torch.cat(apart), atol=1e-5, rtol=1e-4)


def test_a_null_space_is_reached_where_there_is_room() -> None:
    """The logits of a linear map have 2 x 34 dimensions, the features 2,040: the error falls to nothing."""
    module = network("mlp", depth=1)
    recipe = Fast(max_steps=300, learning_rate=0.05, start=standard, bounds=None, enough=1e-4)
    made = feature_metamer(lambda x: activations(module, x, EDGES)["logits"], X, "real", recipe, 0)
    assert min(made.losses) < 0.01
    cosine = torch.cosine_similarity(made.best.flatten(), X.flatten(), dim=0)
    assert cosine < 0.6


def test_the_largest_are_the_ones_and_the_gradient_is_the_logistic_functions() -> None:
    free = torch.tensor([0.3, -1.0, 2.0, 0.1], requires_grad=True)
    hard = most(free, 2)
    assert hard.tolist() == [1, 0, 1, 0]
    (gradient,) = torch.autograd.grad(hard.sum(), free)
    soft = free.detach().sigmoid()
    torch.testing.assert_close(gradient, soft * (1 - soft))


@pytest.mark.parametrize("keep", ["edges", "degrees"])
def test_edges_come_nearer_than_any_of_the_null_and_keep_what_they_must(keep: str) -> None:
    module = network("dense-gcn")
    recipe = Fast(max_steps=60, learning_rate=0.05, start=standard, bounds=None)
    made = structure_metamer(
        lambda matrix: dense_activations(module, X, matrix)["logits"],
        KARATE.edges, len(X), "degrees" if keep == "degrees" else "edges", recipe, 3,
    )  # fmt: skip
    assert made.edges.shape == KARATE.edges.shape
    assert (made.edges[0] != made.edges[1]).all()
    assert made.losses[-1] < 0.4
    if keep == "degrees":
        assert np.array_equal(np.bincount(made.edges[0]), np.bincount(KARATE.edges[0]))


def test_more_nodes_than_a_matrix_is_made_for_are_refused() -> None:
    with pytest.raises(UserError, match=r"the graph has 2,001 nodes; .* take at most 2,000"):
        adjacency(torch.zeros(2, 0, dtype=torch.int64), 2_001)


def test_the_kind_draws_a_graph() -> None:
    from synthesis.graphs.files import encode_graph

    assert Graphs.drawn(encode_graph(KARATE), (120, 90)).size == (120, 90)
    assert np.array_equal(positions(KARATE.edges, 34), positions(KARATE.edges, 34))


def test_without_torch_geometric_one_line_says_what_to_install() -> None:
    code = """
import sys
sys.modules["torch_geometric"] = None
from synthesis.common.errors import UserError
from synthesis.graphs.networks import build
from synthesis.graphs.spec import GraphNetworkSpec
from synthesis.networks.inputs import GraphInput
build(GraphNetworkSpec(kind="dense-gcn"), GraphInput(3, 2, True), 0)
try:
    build(GraphNetworkSpec(kind="gat"), GraphInput(3, 2, True), 0)
except UserError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == (
        "networks of graphs need torch_geometric: pip install 'metamerlab[graphs]' "
        "(dense-gcn and mlp do without)"
    )
