"""The pieces of work of a run. Each is plain data, knows what it depends on, and gives one record.

What a job gives depends on the bundle's files and on the job alone, so it can be done anywhere, again after a
kill, and, but for trained weights and metamers, once more by `verify`.
"""

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from synthesis.bundle.graphs import (
    Deviation,
    GraphItem,
    GraphNetworkRecord,
    GraphNull,
    GraphOriginal,
    GraphProvenance,
    Optimised,
)
from synthesis.bundle.manifest import Blob
from synthesis.bundle.record import Record
from synthesis.graphs.bench import Bench, survey, tensors
from synthesis.graphs.certificates import certify, graph_null, profile
from synthesis.graphs.data import Graph
from synthesis.graphs.dense_layers import dense_activations
from synthesis.graphs.deviation import measures
from synthesis.graphs.features import feature_metamer
from synthesis.graphs.files import encode_graph
from synthesis.graphs.kind import Graphs
from synthesis.graphs.networks import activations, build, module_digest
from synthesis.graphs.spec import FeatureKind, GraphNetworkSpec, Kept
from synthesis.graphs.structure import structure_metamer
from synthesis.graphs.training import accuracies, train, weights_bytes
from synthesis.networks.network import Layer, Network
from synthesis.optimise.batch import noise_seed
from synthesis.optimise.recipes import Recipe, make_recipe

_LOSSES_KEPT = 40


@dataclass(frozen=True)
class TrainJob:
    """A network of the spec, initialised from `seed` and, if it is `trained`, trained."""

    spec: GraphNetworkSpec
    trained: bool
    seed: int
    epochs: int
    record: ClassVar[type[Record]] = GraphNetworkRecord

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.spec.title}/{'trained' if self.trained else 'random'}/{self.seed}"

    def key(self) -> dict[str, Any]:
        return {"job": "train", "spec": self.spec.model_dump(exclude={"kind"}), "name": self.name,
                "epochs": self.epochs, "module": module_digest(self.spec)}  # fmt: skip

    def do(self, bench: Bench) -> GraphNetworkRecord:
        module = build(self.spec, bench.shown, self.seed)
        if self.trained:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.seed)
                train(module, bench.joined, self.epochs, self.spec.adversarial)
        first = bench.data.graphs[0]
        right = accuracies(module, bench.joined)
        with torch.inference_mode():
            layers = list(activations(module, *tensors(first)))
        return GraphNetworkRecord(
            name=self.name,
            architecture=self.spec.title,
            trained=self.trained,
            adversarial=self.spec.adversarial,
            seed=self.seed,
            layers=layers,
            width=self.spec.width,
            depth=self.spec.depth,
            activation=self.spec.activation,
            residual=self.spec.residual,
            parameters=sum(one.numel() for one in module.parameters()),
            weights=bench.store.put_blob(weights_bytes(module), "application/x-safetensors"),
            module_sha256=module_digest(self.spec),
            train_accuracy=right[0],
            test_accuracy=right[1],
            epochs=self.epochs if self.trained else 0,
        )


@dataclass(frozen=True)
class NullJob:
    """The null of a graph and a network."""

    original: GraphOriginal
    network: GraphNetworkRecord
    optimised: Optimised
    record: ClassVar[type[Record]] = GraphNull

    def __str__(self) -> str:
        return f"null of {self.network.name}, {self.original.id}"

    def key(self) -> dict[str, Any]:
        return {"job": "null", **_where(self.original, self.network), "optimised": self.optimised}

    def do(self, bench: Bench) -> GraphNull:
        graph = bench.graph(self.original.blob.sha256)
        names = self.original.id, self.network.name
        return graph_null(bench.module(self.network), graph, self.optimised, names)


@dataclass(frozen=True)
class MetamerJob:
    """One metamer, measured on its stored bytes and judged by its null."""

    original: GraphOriginal
    network: GraphNetworkRecord
    layer: str
    optimised: Optimised
    restart: int
    null: GraphNull
    features: FeatureKind
    keep: Kept
    max_steps: int
    record: ClassVar[type[Record]] = GraphItem

    def __str__(self) -> str:
        return self.id

    @property
    def id(self) -> str:
        return f"{self.original.id}/{self.network.name}/{self.layer}/{self.optimised}/{self.restart}"

    @property
    def noise_seed(self) -> int:
        return noise_seed(self.original.blob.sha256, self.restart, 0)

    def key(self) -> dict[str, Any]:
        return {"job": "metamer", **_where(self.original, self.network), "layer": self.layer,
                "optimised": self.optimised, "restart": self.restart, "features": self.features,
                "keep": self.keep, "max_steps": self.max_steps}  # fmt: skip

    def do(self, bench: Bench) -> GraphItem:
        started = time.monotonic()
        graph, module = bench.graph(self.original.blob.sha256), bench.module(self.network)
        recipe = _recipe(bench, self.max_steps)
        if self.optimised == "features":
            x, edges = tensors(graph)
            made = feature_metamer(
                lambda free: activations(module, free, edges)[self.layer],
                x, self.features, recipe, self.noise_seed,
            )  # fmt: skip
            metamer, losses, swaps = (made.best.numpy(), graph.edges), made.losses, 0
        else:
            x, _ = tensors(graph)
            again = structure_metamer(
                lambda matrix: dense_activations(module, x, matrix)[self.layer],
                graph.edges, len(x), self.keep, recipe, self.noise_seed,
            )  # fmt: skip
            metamer, losses, swaps = (graph.features, again.edges), again.losses, again.swaps
        changed = Graph(features=metamer[0], edges=metamer[1], labels=graph.labels, name=graph.name)
        blob = bench.store.put_blob(encode_graph(changed), Graphs.media_type)
        made_how = GraphProvenance(
            noise_seed=self.noise_seed,
            steps=len(losses),
            loss_steps=(kept := _kept_steps(len(losses))),
            losses=[losses[step] for step in kept],
            swaps=swaps,
            seconds=round(time.monotonic() - started, 3),
            device="cpu",
        )
        return self.measured(bench, blob, made_how)

    def measured(self, bench: Bench, blob: Blob, made_how: GraphProvenance) -> GraphItem:
        """The item of stored bytes, all its numbers computed from them."""
        module = bench.module(self.network)
        graph, metamer = bench.graph(self.original.blob.sha256), bench.graph(blob.sha256)
        activation, labels = survey(module, graph)
        others, given = survey(module, metamer)
        matches = profile(activation, others)
        return GraphItem(
            id=self.id,
            graph=self.original.id,
            network=self.network.name,
            layer=self.layer,
            optimised=self.optimised,
            restart=self.restart,
            blob=blob,
            certificate=certify(matches, self.layer, (labels, given), self.null),
            profile=matches,
            deviation=self._deviation(graph, metamer),
            provenance=made_how,
        )

    def _deviation(self, graph: Graph, metamer: Graph) -> dict[str, Deviation]:
        found = measures(graph, metamer, np.random.default_rng(self.noise_seed))
        return {name: Deviation(value=one.value, chance=one.chance) for name, one in found.items()}


def _recipe(bench: Bench, max_steps: int) -> Recipe:
    shown = Network("graphs", torch.nn.Identity(), (Layer("layer1", "layer1"),), bench.shown)
    return make_recipe("fast", max_steps, shown)


def _where(original: GraphOriginal, network: GraphNetworkRecord) -> dict[str, Any]:
    return {"graph": original.blob.sha256, "network": network.name, "weights": network.weights.sha256}


def _kept_steps(steps: int) -> list[int]:
    stride = max(1, -(-steps // _LOSSES_KEPT))
    return sorted({*range(0, steps, stride), steps - 1})
