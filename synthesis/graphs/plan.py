"""What a run with graphs will make, and everything about its spec that can be refused beforehand."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthesis.bundle.graphs import GraphManifest, GraphNetworkRecord, GraphNull, GraphOriginal, Optimised
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.graphs.baselines import BaselineJob
from synthesis.graphs.bench import input_of, tensors
from synthesis.graphs.data import DATASETS, Graph, GraphSet
from synthesis.graphs.dense import require_dense
from synthesis.graphs.files import encode_set, read_own
from synthesis.graphs.jobs import MetamerJob, NullJob, TrainJob
from synthesis.graphs.networks import activations, build, module_digest
from synthesis.graphs.spec import GraphSpec
from synthesis.networks.network import Layer, find_layer, nearest_first

# Whose edges can be optimised: networks that are computed from a matrix too.
DENSE = ("gcn", "dense-gcn")


@dataclass(frozen=True)
class GraphPlan:
    """The graphs of a run, and `record`: the spec without paths, with digests of what it points to."""

    spec: GraphSpec
    data: GraphSet
    data_bytes: bytes
    record: dict[str, Any]

    @property
    def originals(self) -> list[tuple[str, Graph]]:
        """The graphs that get metamers, by their ids: all, or the first that were not trained on."""
        if self.data.node_level:
            return [(graph.name or "graph", graph) for graph in self.data.graphs]
        tested = [int(number) for number in np.flatnonzero(np.asarray(self.data.test))[: self.spec.originals]]
        return [(f"graph{number}", self.data.graphs[number]) for number in tested]


def make_graph_plan(spec: GraphSpec) -> GraphPlan:
    """Read or make the graphs, and try each network once. Raises `UserError` in one line."""
    data = _graphs(spec)
    encoded = encode_set(data)
    plan = GraphPlan(spec, data, encoded, _record(spec, encoded))
    _check_labels(plan)
    _check_features(plan)
    _check_networks(plan)
    return plan


def finished_graphs(plan: GraphPlan, store: BundleStore) -> GraphManifest | None:
    """The manifest of the plan's bundle if it is finished. Raises `UserError` if another spec's is."""
    if not store.finished:
        return None
    manifest = store.read_sealed(GraphManifest)
    if manifest.spec != plan.record:
        raise UserError(f"{store.root}: holds the finished bundle of another spec; give another --out folder")
    return manifest


def train_jobs(spec: GraphSpec) -> list[TrainJob]:
    """Networks by weights and seed."""
    return [
        TrainJob(network, weights == "trained", seed, spec.epochs)
        for network in spec.networks
        for weights in spec.weights
        for seed in range(spec.seed, spec.seed + spec.seeds)
    ]


def null_jobs(
    spec: GraphSpec, originals: list[GraphOriginal], networks: list[GraphNetworkRecord]
) -> list[NullJob]:
    return [
        NullJob(original, network, optimised)
        for original in originals
        for network in networks
        for optimised in _optimised(spec, network)
    ]


def baseline_jobs(
    spec: GraphSpec, originals: list[GraphOriginal], networks: list[GraphNetworkRecord]
) -> list[BaselineJob]:
    """Of features alone: there is no baseline of edges but the null."""
    if "features" not in spec.optimise:
        return []
    return [BaselineJob(original, network, spec.geometry) for original in originals for network in networks]


def metamer_jobs(
    spec: GraphSpec,
    originals: list[GraphOriginal],
    networks: list[GraphNetworkRecord],
    nulls: list[GraphNull],
) -> list[MetamerJob]:
    """Every graph x network x layer x what is optimised x restart."""
    null_of = {(null.graph, null.network, null.optimised): null for null in nulls}
    return [
        MetamerJob(
            original,
            network,
            layer,
            optimised,
            restart,
            null_of[original.id, network.name, optimised],
            spec.features,
            spec.keep,
            spec.max_steps,
        )
        for original in originals
        for network in networks
        for optimised in _optimised(spec, network)
        for layer in network.layers
        if spec.layers is None or layer in spec.layers
        for restart in range(spec.seed, spec.seed + spec.restarts)
    ]


def _optimised(spec: GraphSpec, network: GraphNetworkRecord) -> Iterator[Optimised]:
    kind = next(one.kind for one in spec.networks if one.title == network.architecture)
    for optimised in spec.optimise:
        if optimised == "features" or kind in DENSE:
            yield optimised


def _graphs(spec: GraphSpec) -> GraphSet:
    if spec.graphs.endswith(".npz"):
        return read_own(Path(spec.graphs))
    if spec.graphs not in DATASETS:
        known = ", ".join(nearest_first(spec.graphs, list(DATASETS)))
        raise UserError(f"graphs: unknown data set {spec.graphs!r}; known: {known}, or a file FILE.npz")
    return DATASETS[spec.graphs](spec.seed)


def _record(spec: GraphSpec, encoded: bytes) -> dict[str, Any]:
    record = spec.model_dump(mode="json")
    record["graphs"] = Path(spec.graphs).name
    record["data_sha256"] = hashlib.sha256(encoded).hexdigest()
    for network, one in zip(record["networks"], spec.networks, strict=True):
        if digest := module_digest(one):
            file, _, factory = one.kind.rpartition(":")
            network["kind"] = f"{Path(file).name}:{factory}"
            record.setdefault("modules_sha256", []).append(digest)
    return record


def _check_labels(plan: GraphPlan) -> None:
    labels = np.concatenate([np.atleast_1d(graph.labels) for graph in plan.data.graphs])
    trained = labels[np.asarray(plan.data.train)]
    if len(np.unique(trained)) < 2:
        raise UserError(
            f"graphs: {plan.spec.graphs}: all labels that are trained on are {int(trained[0])}; give more of "
            "them in `train`"
        )


def _check_features(plan: GraphPlan) -> None:
    """What the spec says of features must hold of the originals."""
    if "features" not in plan.spec.optimise:
        return
    for name, graph in plan.originals:
        if plan.spec.features == "binary" and not np.isin(graph.features, (0, 1)).all():
            raise UserError(f"features: binary: those of {name} are not all 0 or 1; say real or non-negative")
        if plan.spec.features == "non-negative" and (graph.features < 0).any():
            raise UserError(f"features: non-negative: {name} has negative ones; say real")


def _check_networks(plan: GraphPlan) -> None:
    """Each network is built and shown one graph; the layers of the spec must be somebody's."""
    spec, shown = plan.spec, input_of(plan.data)
    if "structure" in spec.optimise:
        if not any(network.kind in DENSE for network in spec.networks):
            raise UserError(
                f"optimise: structure: is for {' and '.join(DENSE)}; give one of them in networks"
            )
        for _, graph in plan.originals:
            require_dense(len(graph.features))
    known: dict[str, None] = {}
    for network in spec.networks:
        module = build(network, shown, spec.seed)
        with torch.inference_mode():
            found = activations(module, *tensors(plan.originals[0][1]))
        classes = next(reversed(found.values())).shape[1]
        if classes != plan.data.classes:
            raise UserError(
                f"{network.title}: gives {classes} logits; the graphs have {plan.data.classes} classes"
            )
        known |= dict.fromkeys(found)
    for layer in spec.layers or ():
        find_layer("the networks of this spec", tuple(Layer(name, name) for name in known), layer)
