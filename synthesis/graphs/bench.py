"""What a process keeps of a bundle while it works: its set of graphs, its originals, its networks."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthesis.bundle.graphs import GraphNetworkRecord
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.graphs.data import Graph, GraphSet
from synthesis.graphs.files import decode_graph, decode_set
from synthesis.graphs.networks import activations, build
from synthesis.graphs.spec import GraphNetworkSpec, GraphSpec
from synthesis.graphs.training import Joined, joined, load_weights
from synthesis.networks.inputs import GraphInput

Flat = dict[str, NDArray[np.float32]]


@dataclass
class Bench:
    """A run's files as objects; each is read once. Raises `BundleError` for a missing or changed file."""

    store: BundleStore
    spec: GraphSpec
    data_sha256: str
    modules: dict[str, nn.Module] = field(default_factory=dict)

    @cached_property
    def data(self) -> GraphSet:
        return decode_set(self.store.read_blob(self.data_sha256), "the set of graphs")

    @cached_property
    def joined(self) -> Joined:
        return joined(self.data)

    @property
    def shown(self) -> GraphInput:
        return input_of(self.data)

    def graph(self, sha256: str) -> Graph:
        data = self.store.read_blob(sha256)
        try:
            graph = decode_graph(data)
        except UserError as error:
            raise BundleError(f"{self.store.blob_path(sha256)}: {error}") from None
        if graph.features.shape[1] != self.shown.features:
            raise BundleError(
                f"{self.store.blob_path(sha256)}: has {graph.features.shape[1]} features per node, the "
                f"networks take {self.shown.features}"
            )
        return graph

    def network_spec(self, architecture: str) -> GraphNetworkSpec:
        return next(one for one in self.spec.networks if one.title == architecture)

    def module(self, network: GraphNetworkRecord) -> nn.Module:
        """The network with its stored weights, frozen."""
        if network.name not in self.modules:
            module = build(self.network_spec(network.architecture), self.shown, network.seed)
            load_weights(module, self.store.read_blob(network.weights.sha256), network.name)
            self.modules[network.name] = module.requires_grad_(False)
        return self.modules[network.name]


def input_of(data: GraphSet) -> GraphInput:
    """What networks of this set are shown."""
    return GraphInput(data.graphs[0].features.shape[1], data.classes, data.node_level)


def tensors(graph: Graph) -> tuple[Tensor, Tensor]:
    """(nodes, features) float32, and edges (2, both directions) int64."""
    return torch.from_numpy(graph.features), torch.from_numpy(graph.edges)


def survey(module: nn.Module, graph: Graph) -> tuple[Flat, NDArray[np.int64]]:
    """Each layer's activation of a graph, flattened, in depth order; and the labels that it is given."""
    with torch.inference_mode():
        found = activations(module, *tensors(graph))
    labels: NDArray[np.int64] = next(reversed(found.values())).argmax(dim=1).numpy()
    return {layer: value.flatten().numpy() for layer, value in found.items()}, labels
