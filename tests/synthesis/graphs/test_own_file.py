"""A user's own graphs: what is read, and each thing that is refused, in one line."""

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.graphs.data import both_directions
from synthesis.graphs.files import read_own

GOOD = {
    "edges": np.array([[0, 1, 2, 4], [1, 2, 3, 3]]),
    "features": np.arange(12.0).reshape(6, 2),
    "labels": np.array([0, 0, 1, 1, 2, 2]),
}


def write(path, **arrays):
    np.savez(path, **(GOOD | arrays))
    return path


def test_each_edge_once_or_both_ways_is_the_same_graph(tmp_path):
    both = both_directions(GOOD["edges"])
    for edges in (GOOD["edges"], GOOD["edges"].T, both, both[:, ::-1]):
        made = read_own(write(tmp_path / "mine.npz", edges=edges))
        np.testing.assert_array_equal(made.graphs[0].edges, both)
        assert (made.node_level, made.classes, made.graphs[0].name) == (True, 3, "mine")
        assert (made.graphs[0].features.dtype, made.graphs[0].features.shape) == (np.float32, (6, 2))


def test_a_graph_in_parts_with_a_node_alone_is_taken(tmp_path):
    graph = read_own(write(tmp_path / "mine.npz", edges=np.array([[0, 2], [1, 3]]))).graphs[0]
    assert np.bincount(graph.edges[0], minlength=6).tolist() == [1, 1, 1, 1, 0, 0]


def test_a_graph_without_edges_is_taken(tmp_path):
    graph = read_own(write(tmp_path / "mine.npz", edges=np.zeros((2, 0), dtype=int))).graphs[0]
    assert graph.edges.shape == (2, 0)


def test_masks_are_taken_or_made(tmp_path):
    train = np.array([1, 0, 1, 0, 1, 0], dtype=bool)
    given = read_own(write(tmp_path / "mine.npz", train=train))
    np.testing.assert_array_equal(given.train, train)
    np.testing.assert_array_equal(given.test, ~train)
    made = read_own(write(tmp_path / "mine.npz"))
    assert made.train.sum() == 3 and (made.train ^ made.test).all()


def test_several_graphs_with_a_label_each(tmp_path):
    numbers = np.array([0, 0, 0, 1, 1, 1])
    edges, labels = np.array([[0, 1, 3], [1, 2, 5]]), np.array([1, 0])
    made = read_own(write(tmp_path / "mine.npz", edges=edges, labels=labels, graph_of=numbers))
    assert (len(made.graphs), made.node_level, made.classes) == (2, False, 2)
    np.testing.assert_array_equal(made.graphs[1].edges, [[0, 2], [2, 0]])
    np.testing.assert_array_equal(made.graphs[1].features, GOOD["features"][3:])


BAD = {
    "directed": ({"edges": np.array([[0, 1, 1], [1, 0, 2]])}, "is directed"),
    "weights": ({"edge_weight": np.array([1, 2, 1, 1])}, "weights"),
    "self-loop": ({"edges": np.array([[0, 2], [1, 2]])}, "1 edges lead from a node to itself"),
    "repeated": ({"edges": np.array([[0, 0, 2], [1, 1, 3]])}, "1 edges are given more than once"),
    "unknown node": ({"edges": np.array([[0], [6]])}, "there are 0 to 5"),
    "shape of edges": ({"edges": np.zeros((3, 3), dtype=int)}, r"\(2, edges\)"),
    "kind of edges": ({"edges": np.zeros((2, 3))}, "whole numbers"),
    "NaN": ({"features": np.array([[0.0]] * 5 + [[np.nan]])}, "of 1 nodes are NaN or infinite .*node 5"),
    "shape of features": ({"features": np.zeros(6)}, r"\(nodes, features\)"),
    "text": ({"features": np.array([["a"]] * 6)}, "must be numbers"),
    "number of labels": ({"labels": np.array([0, 1])}, "6 nodes and 2 labels"),
    "negative label": ({"labels": np.array([0, 1, 0, 1, 0, -1])}, "whole numbers from 0"),
    "huge label": ({"labels": np.array([0, 1, 0, 1, 0, 10**9])}, "label 1000000000 is out of range"),
    "one class": ({"labels": np.zeros(6, dtype=int)}, "one class"),
    "mask": ({"train": np.ones(5, dtype=bool)}, "`train` must be true or false for each of 6"),
    "pickled": ({"features": np.array([[{}]] * 6)}, "no .npz of numbers"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_used_is_refused_in_one_line_that_names_the_file(tmp_path, what):
    arrays, message = BAD[what]
    with pytest.raises(UserError, match=message) as refused:
        read_own(write(tmp_path / "mine.npz", **arrays))
    assert "mine.npz" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("missing", GOOD)
def test_a_missing_array_is_named(tmp_path, missing):
    np.savez(tmp_path / "mine.npz", **{name: value for name, value in GOOD.items() if name != missing})
    with pytest.raises(UserError, match=f"no array `{missing}`"):
        read_own(tmp_path / "mine.npz")


def test_a_file_that_is_no_archive_or_not_there(tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"PK nothing")
    with pytest.raises(UserError, match=r"no \.npz of numbers"):
        read_own(tmp_path / "mine.npz")
    with pytest.raises(UserError, match="cannot be read"):
        read_own(tmp_path / "other.npz")
