"""A user's own graphs: what is read, and what is refused in one line."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthesis.common.errors import UserError
from synthesis.graphs.data import DATASETS, Graph
from synthesis.graphs.files import decode_graph, decode_set, encode_graph, encode_set, read_own

PATH = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])


def written(folder: Path, **changed: Any) -> Path:
    """A path of five nodes, and a sixth without edges."""
    arrays = {
        "edges": PATH,
        "features": np.eye(6, dtype=np.float32),
        "labels": np.array([0, 0, 0, 1, 1, 1]),
        **changed,
    }
    np.savez(folder / "own.npz", **{name: value for name, value in arrays.items() if value is not None})
    return folder / "own.npz"


def test_each_edge_once_or_both_ways_is_the_same_graph(tmp_path: Path) -> None:
    once = read_own(written(tmp_path)).graphs[0]
    both = read_own(written(tmp_path, edges=np.concatenate([PATH, PATH[::-1]], axis=1))).graphs[0]
    assert np.array_equal(once.edges, both.edges)
    assert once.edges.shape == (2, 8)


def test_isolated_nodes_and_parts_without_a_way_between_are_taken(tmp_path: Path) -> None:
    data = read_own(written(tmp_path, edges=np.array([[0, 2], [1, 3]])))
    assert data.node_level
    assert data.graphs[0].nodes == 6
    assert (data.train ^ data.test).all()


def test_names_of_torch_geometric_are_known(tmp_path: Path) -> None:
    np.savez(tmp_path / "pyg.npz", edge_index=PATH, x=np.eye(5), y=np.array([0, 1, 0, 1, 0]))
    assert read_own(tmp_path / "pyg.npz").classes == 2


def test_several_graphs_are_told_apart_by_graph_of(tmp_path: Path) -> None:
    graph_of = np.array([0, 0, 1, 1, 1, 1])
    data = read_own(
        written(tmp_path, edges=np.array([[0, 2], [1, 3]]), labels=np.array([0, 1]), graph_of=graph_of)
    )
    assert [graph.nodes for graph in data.graphs] == [2, 4]
    assert not data.node_level
    assert data.graphs[1].edges.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"edges": np.array([[0, 1, 2], [1, 0, 3]])}, "is directed: 1 of 3 edges"),
        ({"edges": np.array([[0, 2], [1, 2]])}, "1 edges lead from a node to itself"),
        ({"edges": np.array([[0], [9]])}, "edges name nodes 0 to 9; there are 0 to 5"),
        ({"edges": np.array([[0.5], [1]])}, "edges must be whole numbers"),
        ({"edges": np.array([[0, 0, 2], [1, 1, 3]])}, "1 edges are given more than once"),
        ({"labels": np.array([0, 1, 0, 1, 0, 10**9])}, "label 1000000000 is out of range"),
        ({"labels": np.array([0, 1, 0, 1, 0, -1])}, "whole numbers from 0"),
        ({"weights": np.array([1, 1, 0.5, 1])}, "`weights` gives edges weights"),
        (
            {"features": np.full((6, 2), np.nan)},
            "features of 6 nodes are NaN or infinite .the first: node 0.",
        ),
        ({"features": np.eye(5)}, "edges name|has 5 nodes and 6 labels"),
        ({"labels": np.zeros(6, dtype=int)}, "all labels are 0"),
        ({"labels": np.array([0.0] * 6)}, "labels must be whole numbers"),
        ({"labels": None}, "has no array `labels`"),
        ({"features": np.array([{}] * 6, dtype=object)}, "is no .npz of numbers"),
        ({"train": np.zeros(6, dtype=bool)}, "`train` must be true or false for each label"),
        ({"graph_of": np.array([1, 0, 0, 0, 0, 0])}, "graph_of must give each node"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read_own(written(tmp_path, **changed))
    assert "\n" not in str(caught.value)
    assert "own.npz" in str(caught.value)


def test_no_npz_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.npz").write_text("edges")
    with pytest.raises(UserError, match=r"own.npz: is no .npz of numbers"):
        read_own(tmp_path / "own.npz")


def test_stored_bytes_are_the_same_in_every_process() -> None:
    graph = DATASETS["karate"](0).graphs[0]
    code = (
        "import hashlib; from synthesis.graphs.data import DATASETS; "
        "from synthesis.graphs.files import encode_graph; "
        "print(hashlib.sha256(encode_graph(DATASETS['karate'](0).graphs[0])).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    import hashlib

    assert run.stdout.strip() == hashlib.sha256(encode_graph(graph)).hexdigest()


def test_a_stored_graph_and_a_stored_set_are_read_as_they_were() -> None:
    data = DATASETS["motifs"](0)
    again = decode_set(encode_set(data), "set")
    assert (again.classes, again.node_level) == (data.classes, data.node_level)
    assert np.array_equal(again.train, data.train)
    for one, other in zip(data.graphs, again.graphs, strict=True):
        assert_same(one, other)
        assert_same(one, decode_graph(encode_graph(one)))


def assert_same(one: Graph, other: Graph) -> None:
    assert np.array_equal(one.edges, other.edges)
    assert np.array_equal(one.features, other.features)
    assert np.array_equal(one.labels, other.labels)
