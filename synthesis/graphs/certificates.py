"""Certificates of stored graphs: labels are kept, and the match is better than that of shuffled graphs."""

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray
from torch import nn

from synthesis.bundle.graphs import GraphCertificate, GraphNull, LayerNulls, NullValues, Optimised
from synthesis.bundle.manifest import Fault, LayerMatch
from synthesis.bundle.nulls import STATISTICS, Histogram
from synthesis.certify.certificate import Match, measure
from synthesis.common.stopping import look
from synthesis.graphs.bench import Flat, survey
from synthesis.graphs.data import Graph
from synthesis.graphs.rewiring import degree_preserving, permuted_rows, random_like

Labels = NDArray[np.int64]
LABELS_KEPT = 0.99
NULLS = 200
_BINS = 20


def null_graph(graph: Graph, optimised: Optimised, draw: int) -> Graph:
    """The graph with its rows of features permuted; or rewired (even draws), or random (odd draws)."""
    rng = np.random.default_rng(draw)
    if optimised == "features":
        return replace(graph, features=permuted_rows(graph.features, rng))
    shuffle = degree_preserving if draw % 2 == 0 else random_like
    return replace(graph, edges=shuffle(graph.edges, graph.nodes, rng))


def graph_null(module: nn.Module, graph: Graph, optimised: Optimised, names: tuple[str, str]) -> GraphNull:
    """The null of each layer: `NULLS` shuffled graphs. `names` are the graph's and the network's."""
    original, _ = survey(module, graph)
    matches: dict[str, list[Match]] = {layer: [] for layer in original}
    for draw in range(NULLS):
        look()
        shuffled, _ = survey(module, null_graph(graph, optimised, draw))
        for layer, activation in shuffled.items():
            matches[layer].append(measure(original[layer], activation))
    layers = [_summary(layer, found) for layer, found in matches.items()]
    return GraphNull(graph=names[0], network=names[1], optimised=optimised, draws=NULLS, layers=layers)


def profile(original: Flat, metamer: Flat) -> list[LayerMatch]:
    """The match at each layer."""
    return [
        LayerMatch(layer=layer, **asdict(measure(activation, metamer[layer])))
        for layer, activation in original.items()
    ]


def certify(
    matches: list[LayerMatch],
    layer: str,
    labels: tuple[NDArray[np.int64], NDArray[np.int64]],
    null: GraphNull,
) -> GraphCertificate:
    """The certificate at `layer`. labels : those of the original and of the metamer."""
    match = next(one for one in matches if one.layer == layer)
    numbers = {name: getattr(match, name) for name in (*STATISTICS, "relative_error")}
    kept = float((labels[0] == labels[1]).mean())
    fault = fault_of(numbers | {"labels_kept": kept}, layer, null)
    return GraphCertificate(labels_kept=kept, **numbers, passed=not fault, fault=fault)


def fault_of(numbers: Mapping[str, float], layer: str, null: GraphNull) -> Fault:
    """What a certificate's own numbers say."""
    if numbers["labels_kept"] < LABELS_KEPT:
        return "another answer"
    of_layer = next(one for one in null.layers if one.layer == layer)
    if any(numbers[name] <= getattr(of_layer, name).maximum for name in STATISTICS):
        return "inside the null"
    return ""


def _summary(layer: str, matches: list[Match]) -> LayerNulls:
    errors = [match.relative_error for match in matches]
    values = {name: _values([getattr(match, name) for match in matches]) for name in STATISTICS}
    return LayerNulls(
        layer=layer, **values, smallest_error=min(errors), median_error=float(np.median(errors))
    )


def _values(values: list[float]) -> NullValues:
    counts, edges = np.histogram(values, bins=_BINS)
    return NullValues(maximum=max(values), histogram=Histogram(edges=edges.tolist(), counts=counts.tolist()))
