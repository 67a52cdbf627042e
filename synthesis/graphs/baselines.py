"""What features that nobody optimised reach at each layer: the simple baselines of metamers of features.

Three: a sample of the null space of the layer's Jacobian at the original, the nearest other node's features
at each node, and the original's rows in random order (`graphs.nullspace`, `graphs.rewiring`). All are
measured in float32, as certificates and deviations of metamers are.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from synthesis.bundle.graphs import (
    NEAREST_OTHER,
    NULL_SPACE,
    PERMUTED_ROWS,
    GraphNetworkRecord,
    GraphOriginal,
    LayerBaseline,
)
from synthesis.bundle.record import Record
from synthesis.certify.certificate import measure
from synthesis.common.stopping import look
from synthesis.graphs.bench import Bench, survey, tensors
from synthesis.graphs.data import Graph
from synthesis.graphs.deviation import FEATURE_MEASURES
from synthesis.graphs.dimension import is_exact
from synthesis.graphs.networks import activations
from synthesis.graphs.nullspace import NoNullSpaceError, nearest_other, null_sample
from synthesis.graphs.rewiring import permuted_rows

# Of a null-space sample: ||x' - x|| / ||x||, about what metamers that start at noise come to.
CHANGE = 1.0


class NetworkBaselines(Record):
    """The baselines of each layer of one network at one graph."""

    network: str
    graph: str
    found: list[LayerBaseline]


@dataclass(frozen=True)
class BaselineJob:
    """The baselines of one network's layers, at one graph; `jacobians`: whether null spaces are computed."""

    original: GraphOriginal
    network: GraphNetworkRecord
    jacobians: bool
    record: ClassVar[type[Record]] = NetworkBaselines

    def __str__(self) -> str:
        return f"baselines of {self.network.name}, {self.original.id}"

    def key(self) -> dict[str, Any]:
        where = {"graph": self.original.blob.sha256, "weights": self.network.weights.sha256}
        names = {"name": self.network.name, "id": self.original.id}
        return {"job": "baselines", **where, **names, "jacobians": self.jacobians}

    def do(self, bench: Bench) -> NetworkBaselines:
        graph, module = bench.graph(self.original.blob.sha256), bench.module(self.network)
        given = survey(module, graph)
        found = []
        for kind, layers, features in self._features(module, graph):
            look()
            changed = survey(module, replace(graph, features=features))
            kept = float((given[1] == changed[1]).mean())
            distances = {name: of(graph.features, features) for name, of in FEATURE_MEASURES.items()}
            found += [
                LayerBaseline(
                    graph=self.original.id,
                    network=self.network.name,
                    layer=layer,
                    baseline=kind,
                    relative_error=measure(given[0][layer], changed[0][layer]).relative_error,
                    labels_kept=kept,
                    deviation=distances,
                )
                for layer in layers
            ]
        return NetworkBaselines(network=self.network.name, graph=self.original.id, found=found)

    def _features(
        self, module: nn.Module, graph: Graph
    ) -> Iterator[tuple[str, list[str], NDArray[np.float32]]]:
        """Each baseline's name, the layers that it is for, and its features."""
        layers = list(self.network.layers)
        if self.jacobians and is_exact(*graph.features.shape):
            for layer in layers:
                if (sample := _in_null_space(module, graph, layer)) is not None:
                    yield NULL_SPACE, [layer], sample
        if graph.nodes > 1:
            yield NEAREST_OTHER, layers, nearest_other(graph.features)
            yield PERMUTED_ROWS, layers, permuted_rows(graph.features, np.random.default_rng(0))


def _in_null_space(module: nn.Module, graph: Graph, layer: str) -> NDArray[np.float32] | None:
    """A sample of the null space at one layer; None where the layer sees every dimension."""
    x, edges = tensors(graph)
    double = deepcopy(module).double()
    try:
        found = null_sample(
            lambda free: activations(double, free, edges)[layer], x, CHANGE, np.random.default_rng(0)
        )
    except NoNullSpaceError:
        return None
    return found.features.numpy().astype(np.float32)
