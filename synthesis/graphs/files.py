"""Stored graphs: npz archives of fixed bytes, and a user's own .npz with everything about it checked.

An archive holds arrays of numbers alone, each entry with the same date and without compression, so the same
graph gives the same bytes on every machine. Nothing in one is ever unpickled.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthesis.common.errors import UserError
from synthesis.graphs.data import Graph, GraphSet, both_directions, once, split_by_class

Arrays = Mapping[str, NDArray[Any]]
_DATE = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 2**31


def encode_graph(graph: Graph) -> bytes:
    """The bytes that are stored: the same for the same graph."""
    return packed(_arrays(graph, ""))


def decode_graph(data: bytes, name: str = "") -> Graph:
    """The graph in bytes of `encode_graph`. Raises `UserError` if they are of another form."""
    return _graph(unpacked(data, name or "a stored graph"), "", name)


def encode_set(data: GraphSet) -> bytes:
    """All graphs of a set, and what was trained on."""
    arrays: dict[str, NDArray[Any]] = {
        "classes": np.array(data.classes, dtype="<i4"),
        "node_level": np.array(data.node_level, dtype="<i4"),
        "train": np.asarray(data.train, dtype="u1"),
        "test": np.asarray(data.test, dtype="u1"),
        "graphs": np.array(len(data.graphs), dtype="<i4"),
    }
    for number, graph in enumerate(data.graphs):
        arrays |= _arrays(graph, f"{number}.")
    return packed(arrays)


def decode_set(data: bytes, name: str) -> GraphSet:
    arrays = unpacked(data, name)
    try:
        graphs = tuple(
            _graph(arrays, f"{number}.", f"{name}/{number}") for number in range(arrays["graphs"].item())
        )
        return GraphSet(
            graphs=graphs,
            classes=arrays["classes"].item(),
            node_level=bool(arrays["node_level"].item()),
            train=arrays["train"].astype(bool),
            test=arrays["test"].astype(bool),
        )
    except KeyError as error:
        raise UserError(f"{name}: is no stored set of graphs (it lacks {error})") from None


def packed(arrays: Arrays) -> bytes:
    """An npz of these arrays, uncompressed, its entries in the order of their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _DATE), entry.getvalue())
    return file.getvalue()


def unpacked(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of an npz. Raises `UserError` for one that is none, or that holds more than numbers."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise UserError(f"{name}: holds more than {MOST_BYTES:,} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, AttributeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{name}: is no .npz of numbers ({' '.join(str(error).split())[:120]})") from None


def _arrays(graph: Graph, prefix: str) -> dict[str, NDArray[Any]]:
    return {
        f"{prefix}edges": once(graph.edges).astype("<i4"),
        f"{prefix}features": graph.features.astype("<f4"),
        f"{prefix}labels": np.atleast_1d(graph.labels).astype("<i4"),
    }


def _graph(arrays: Arrays, prefix: str, name: str) -> Graph:
    try:
        edges, features = arrays[f"{prefix}edges"], arrays[f"{prefix}features"]
        labels = arrays[f"{prefix}labels"]
    except KeyError as error:
        raise UserError(f"{name or 'a stored graph'}: lacks {error}") from None
    if edges.ndim != 2 or len(edges) != 2 or features.ndim != 2:
        raise UserError(f"{name or 'a stored graph'}: edges must be (2, edges), features (nodes, features)")
    return Graph(
        edges=both_directions(edges),
        features=features.astype(np.float32),
        labels=labels.astype(np.int64),
        name=name,
    )


def read_own(path: Path) -> GraphSet:
    """A user's .npz (docs/graphs.md). Raises `UserError`, in one line, for what cannot be used."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"graphs: {path}: cannot be read ({error.strerror})") from None
    name = path.name
    arrays = unpacked(data, name)
    found = {key: _first(arrays, key, others, name) for key, others in _NAMES.items()}
    _refuse_weights(arrays, name)
    features, labels = _features(found["features"], name), _labels(found["labels"], name)
    edges = _undirected(found["edges"], len(features), name)
    graph_of = arrays.get("graph_of")
    if graph_of is None:
        if len(labels) != len(features):
            raise UserError(f"{name}: has {len(features)} nodes and {len(labels)} labels; give one for each")
        graphs: tuple[Graph, ...] = (Graph(edges=edges, features=features, labels=labels, name=path.stem),)
    else:
        graphs = _several(edges, features, labels, graph_of, name)
    train, test = _masks(arrays, labels, name)
    return GraphSet(
        graphs=graphs, classes=int(labels.max()) + 1, node_level=graph_of is None, train=train, test=test
    )


_NAMES: dict[str, tuple[str, ...]] = {"edges": ("edge_index",), "features": ("x",), "labels": ("y",)}
_WEIGHTS = ("weights", "edge_weight", "edge_attr")


def _first(arrays: Arrays, key: str, others: Sequence[str], name: str) -> NDArray[Any]:
    for one in (key, *others):
        if one in arrays:
            return arrays[one]
    raise UserError(
        f"{name}: has no array `{key}` (it has {', '.join(arrays) or 'none'}); see docs/graphs.md"
    )


def _refuse_weights(arrays: Arrays, name: str) -> None:
    for key in _WEIGHTS:
        if key in arrays and not np.all(arrays[key] == 1):
            raise UserError(
                f"{name}: `{key}` gives edges weights; metamers are made of graphs without: keep the edges "
                "above a threshold, and leave the weights out"
            )


def _features(features: NDArray[Any], name: str) -> NDArray[np.float32]:
    if features.ndim != 2 or features.size == 0 or features.dtype.kind not in "fiub":
        raise UserError(
            f"{name}: features must be numbers (nodes, features), not {features.dtype} {features.shape}"
        )
    bad = ~np.isfinite(features.astype(np.float64)).all(axis=1)
    if bad.any():
        raise UserError(
            f"{name}: features of {int(bad.sum())} nodes are NaN or infinite (the first: node "
            f"{int(np.argmax(bad))}); fill them in or leave the nodes out"
        )
    return features.astype(np.float32)


def _labels(labels: NDArray[Any], name: str) -> NDArray[np.int64]:
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or labels.size == 0 or labels.min() < 0:
        raise UserError(f"{name}: labels must be whole numbers from 0, one for each node or each graph")
    if labels.max() >= len(labels):
        raise UserError(
            f"{name}: label {labels.max()} is out of range: {len(labels)} labels have at most as many "
            "classes; number the classes from 0"
        )
    if len(np.unique(labels)) < 2:
        raise UserError(
            f"{name}: all labels are {int(labels[0])}; with one class there is nothing to tell apart"
        )
    return labels.astype(np.int64)


def _undirected(edges: NDArray[Any], nodes: int, name: str) -> NDArray[np.int64]:
    if edges.ndim == 2 and edges.shape[0] != 2 and edges.shape[1] == 2:
        edges = edges.T
    if edges.ndim != 2 or edges.shape[0] != 2 or edges.dtype.kind not in "iu":
        raise UserError(f"{name}: edges must be whole numbers (2, edges), not {edges.dtype} {edges.shape}")
    if edges.size and (edges.min() < 0 or edges.max() >= nodes):
        raise UserError(
            f"{name}: edges name nodes {edges.min()} to {edges.max()}; there are 0 to {nodes - 1}"
        )
    if loops := int((edges[0] == edges[1]).sum()):
        raise UserError(
            f"{name}: {loops} edges lead from a node to itself; leave them out, the networks add their own"
        )
    pairs = set(map(tuple, edges.T.tolist()))
    if repeated := edges.shape[1] - len(pairs):
        raise UserError(
            f"{name}: {repeated} edges are given more than once; give each edge once, or both ways"
        )
    one_way = [pair for pair in pairs if pair[::-1] not in pairs]
    if 0 < len(one_way) < len(pairs):
        raise UserError(
            f"{name}: is directed: {len(one_way)} of {len(pairs)} edges are there in one direction only (the "
            f"first: {min(one_way)}); give each edge both ways, or every edge once"
        )
    return both_directions(edges)


def _several(
    edges: NDArray[np.int64],
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    graph_of: NDArray[Any],
    name: str,
) -> tuple[Graph, ...]:
    """The graphs whose nodes `graph_of` numbers from 0, in ascending order."""
    if graph_of.shape != (len(features),) or graph_of.dtype.kind not in "iu" or (np.diff(graph_of) < 0).any():
        raise UserError(f"{name}: graph_of must give each node the number of its graph, from 0, ascending")
    sizes = np.bincount(graph_of, minlength=len(labels))
    if len(sizes) != len(labels) or (sizes == 0).any():
        raise UserError(f"{name}: graph_of names {len(np.unique(graph_of))} graphs, labels {len(labels)}")
    if (graph_of[edges[0]] != graph_of[edges[1]]).any():
        raise UserError(f"{name}: an edge joins nodes of two graphs; graph_of and edges must fit")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    of_edge = graph_of[edges[0]]
    return tuple(
        Graph(
            edges=edges[:, of_edge == number] - starts[number],
            features=features[starts[number] : starts[number + 1]],
            labels=labels[number : number + 1],
            name=f"{Path(name).stem}-{number}",
        )
        for number in range(len(labels))
    )


def _masks(
    arrays: Arrays, labels: NDArray[np.int64], name: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What to train on and what to test on; without `train` in the file, a random half of each class."""
    if "train" not in arrays:
        return split_by_class(labels, np.random.default_rng(0))
    train = arrays["train"]
    test = arrays.get("test", ~train.astype(bool))
    for key, mask in (("train", train), ("test", test)):
        if mask.shape != labels.shape or mask.dtype != bool or not mask.any():
            raise UserError(f"{name}: `{key}` must be true or false for each label, and some true")
    return train, test
