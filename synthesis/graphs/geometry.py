"""Of each layer: the share of the dimensions of the features that it does not see, and volumes."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from synthesis.bundle.graphs import GraphNetworkRecord, GraphOriginal, LayerGeometry
from synthesis.bundle.record import Record
from synthesis.graphs.bench import Bench, tensors
from synthesis.graphs.data import Graph
from synthesis.graphs.dimension import Dimension, bounded, exact, is_exact
from synthesis.graphs.networks import CHEBYSHEV_ORDER, LOGITS, GraphNetwork, activations
from synthesis.graphs.volume import volume_change

# Of a graph that is too large for a whole Jacobian, so many nodes are examined.
EXAMINED = 32


class NetworkGeometry(Record):
    """The geometry of each layer of one network at one graph."""

    network: str
    graph: str
    layers: list[LayerGeometry]


@dataclass(frozen=True)
class GeometryJob:
    """The layers of one network, at one graph."""

    original: GraphOriginal
    network: GraphNetworkRecord
    record: ClassVar[type[Record]] = NetworkGeometry

    def __str__(self) -> str:
        return f"geometry of {self.network.name}, {self.original.id}"

    def key(self) -> dict[str, Any]:
        where = {"graph": self.original.blob.sha256, "weights": self.network.weights.sha256}
        return {"job": "geometry", **where, "name": self.network.name, "id": self.original.id}

    def do(self, bench: Bench) -> NetworkGeometry:
        graph = bench.graph(self.original.blob.sha256)
        module = deepcopy(bench.module(self.network)).double()
        whole = is_exact(*graph.features.shape)
        layers = [
            self._exact(module, graph, layer) if whole else self._bounded(module, graph, layer)
            for layer in self.network.layers
            if whole or _is_of_nodes(module, layer)
        ]
        return NetworkGeometry(network=self.network.name, graph=self.original.id, layers=layers)

    def _exact(self, module: nn.Module, graph: Graph, layer: str) -> LayerGeometry:
        x, edges = tensors(graph)
        after = exact(lambda free: activations(module, free, edges)[layer], x)
        change = None
        if isinstance(module, GraphNetwork) and layer.startswith("layer"):
            before = exact(lambda free: module.activations(free, edges, linear=True)[layer], x)
            change = volume_change(before, after)
        return self._geometry(layer, after, change)

    def _bounded(self, module: nn.Module, graph: Graph, layer: str) -> LayerGeometry:
        x, edges = tensors(graph)
        count = min(EXAMINED, graph.nodes)
        examined = np.random.default_rng(0).choice(graph.nodes, count, replace=False)

        def of_graph(free: Tensor, among: Tensor) -> Tensor:
            return activations(module, free, among)[layer]

        hops = _hops(module, list(self.network.layers).index(layer) + 1)
        return self._geometry(layer, bounded(of_graph, x, edges, hops, examined), None)

    def _geometry(self, layer: str, found: Dimension, change: float | None) -> LayerGeometry:
        return LayerGeometry(
            graph=self.original.id,
            network=self.network.name,
            layer=layer,
            dimensions=found.dimensions,
            rank=found.rank,
            metameric_share=found.share,
            exact=found.exact,
            volume_change=change,
        )


def _is_of_nodes(module: nn.Module, layer: str) -> bool:
    """Whether a layer of the program's own networks has a row for each node."""
    if not isinstance(module, GraphNetwork):
        return False
    return layer.startswith("layer") or (layer == LOGITS and module.node_level)


def _hops(module: nn.Module, depth: int) -> int:
    """How many edges away a node's features may lie that a layer sees."""
    each = {"mlp": 0, "cheb": CHEBYSHEV_ORDER - 1}.get(str(getattr(module, "kind", "")), 1)
    return each * depth
