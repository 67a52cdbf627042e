"""Checking a bundle of graphs from its files alone: all but training and optimisation is computed again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synthesis.bundle.graphs import GraphItem, GraphManifest, GraphNetworkRecord, GraphOriginal
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.graphs.baselines import NetworkBaselines
from synthesis.graphs.bench import Bench, input_of
from synthesis.graphs.certificates import fault_of
from synthesis.graphs.compare import differences
from synthesis.graphs.data import Graph
from synthesis.graphs.geometry import GeometryJob
from synthesis.graphs.jobs import MetamerJob
from synthesis.graphs.networks import module_digest
from synthesis.graphs.observers import Observations, ObserveJob
from synthesis.graphs.plan import baseline_jobs, metamer_jobs, null_jobs, train_jobs
from synthesis.graphs.spec import GraphSpec
from synthesis.graphs.training import accuracies
from synthesis.process.device import exact_float32
from synthesis.process.progress import Steps
from synthesis.runs.differences import TOLERANCE, equal


def verify_graphs(store: BundleStore, module: str | None = None) -> tuple[GraphManifest, list[str]]:
    """The manifest, and one line per difference between it and what its files say; none means it holds.

    `module` (`path/module.py:factory`) says where a user's own network lies, whose code is run. Raises
    `UserError` when the manifest cannot be read or was changed, or when that file is needed and not given.
    """
    exact_float32()
    manifest = store.read_sealed(GraphManifest)
    if damaged := list(_damaged(store, manifest)):
        return manifest, damaged
    spec = recorded_spec(manifest, module)
    check = _Check(store, manifest, Bench(store, spec, manifest.data.sha256))
    found = list(check.inventory())
    return manifest, found or list(check.computed_again())


def recorded_spec(manifest: GraphManifest, module: str | None = None) -> GraphSpec:
    """The spec of a manifest; a user's own network is taken from `module`."""
    known = {name: value for name, value in manifest.spec.items() if name in GraphSpec.model_fields}
    spec = GraphSpec.model_validate(known)
    networks = []
    for network in spec.networks:
        if ".py:" in network.kind:
            if module is None or Path(module).name != network.kind:
                raise UserError(
                    f"made with {network.kind}, a module of its own; say where it is: --model "
                    f"path/to/{network.kind}"
                )
            network = network.model_copy(update={"kind": module})
        networks.append(network)
    return spec.model_copy(update={"networks": networks})


def _damaged(store: BundleStore, manifest: GraphManifest) -> Iterator[str]:
    blobs = manifest.blobs()
    with Steps("blobs", len(blobs)) as progress:
        for blob in blobs:
            try:
                if len(data := store.read_blob(blob.sha256)) != blob.size_bytes:
                    yield f"blob {blob.sha256}: has {len(data)} bytes, recorded {blob.size_bytes}"
            except BundleError as error:
                yield str(error)
            progress.advance()


class _Check:
    def __init__(self, store: BundleStore, manifest: GraphManifest, bench: Bench) -> None:
        self.store, self.manifest, self.bench = store, manifest, bench
        self.originals = {one.id: one for one in manifest.originals}
        self.graphs = {one.id: bench.graph(one.blob.sha256) for one in manifest.originals}

    def inventory(self) -> Iterator[str]:
        """Every network, null and item of the spec exactly once."""
        manifest, spec = self.manifest, self.bench.spec
        yield from equal("data", manifest.spec.get("data_sha256"), manifest.data.sha256)
        yield from equal("input", manifest.input, input_of(self.bench.data).format)
        yield from equal(
            "networks", [one.name for one in manifest.networks], [j.name for j in train_jobs(spec)]
        )
        for network in manifest.networks:
            own = module_digest(self.bench.network_spec(network.architecture))
            yield from equal(f"{network.name}: module_sha256", network.module_sha256, own)
        nulls = [(job.original.id, job.network.name, job.optimised)
                 for job in null_jobs(spec, manifest.originals, manifest.networks)]  # fmt: skip
        recorded = [(null.graph, null.network, null.optimised) for null in manifest.nulls]
        yield from equal("nulls", recorded, nulls)
        if recorded == nulls:
            yield from equal("items", [one.id for one in manifest.items], [job.id for job in self._jobs()])

    def computed_again(self) -> Iterator[str]:
        manifest = self.manifest
        for network in manifest.networks:
            yield from self._network(network)
        with Steps("nulls", len(manifest.nulls)) as progress:
            jobs = null_jobs(self.bench.spec, manifest.originals, manifest.networks)
            for null, job in zip(manifest.nulls, jobs, strict=True):
                yield from differences(str(job), null, job.do(self.bench))
                progress.advance()
        with Steps("certificates", len(manifest.items)) as progress:
            for item, metamer_job in zip(manifest.items, self._jobs(), strict=True):
                yield from self._item(item, metamer_job)
                progress.advance()
        yield from self._geometry()
        yield from self._baselines()
        yield from self._observations()

    def _jobs(self) -> list[MetamerJob]:
        manifest = self.manifest
        return metamer_jobs(self.bench.spec, manifest.originals, manifest.networks, manifest.nulls)

    def _network(self, network: GraphNetworkRecord) -> Iterator[str]:
        right = accuracies(self.bench.module(network), self.bench.joined)
        for name, old, new in zip(
            ("train", "test"), (network.train_accuracy, network.test_accuracy), right, strict=True
        ):
            if abs(old - new) > TOLERANCE:
                yield f"{network.name}: {name}_accuracy: recorded {old:.4f}, computed {new:.4f}"

    def _item(self, item: GraphItem, job: MetamerJob) -> Iterator[str]:
        where = f"item {item.id}"
        yield from equal(f"{where}: noise_seed", item.provenance.noise_seed, job.noise_seed)
        yield from self._valid(where, item, self.graphs[item.graph], self.bench.graph(item.blob.sha256))
        yield from differences(where, item, job.measured(self.bench, item.blob, item.provenance))
        # Judged by the recorded numbers, which were just compared.
        fault = fault_of(item.certificate.model_dump(), item.layer, job.null)
        yield from equal(f"{where}: fault", item.certificate.fault, fault)
        yield from equal(f"{where}: passed", item.certificate.passed, not fault)

    def _valid(self, where: str, item: GraphItem, original: Graph, metamer: Graph) -> Iterator[str]:
        """What a metamer must have kept of its graph."""
        spec = self.bench.spec
        if item.optimised == "features":
            if not np.array_equal(original.edges, metamer.edges):
                yield f"{where}: its edges are not the original's"
            if spec.features == "binary":
                ones = int(original.features.sum()), int(metamer.features.sum())
                yield from equal(f"{where}: ones", ones[1], ones[0])
                if not np.isin(metamer.features, (0, 1)).all():
                    yield f"{where}: has features that are neither 0 nor 1"
            if spec.features == "non-negative" and (metamer.features < 0).any():
                yield f"{where}: has negative features"
            return
        if not np.array_equal(original.features, metamer.features):
            yield f"{where}: its features are not the original's"
        yield from equal(f"{where}: edges", metamer.edges.shape[1], original.edges.shape[1])
        if spec.keep == "degrees" and not np.array_equal(_degrees(original), _degrees(metamer)):
            yield f"{where}: its degrees are not the original's"

    def _geometry(self) -> Iterator[str]:
        if not self.bench.spec.geometry:
            yield from equal("geometry", len(self.manifest.geometry), 0)
            return
        recorded = iter(self.manifest.geometry)
        pairs = [
            (original, network) for original in self.manifest.originals for network in self.manifest.networks
        ]
        with Steps("geometry", len(pairs)) as progress:
            for pair in pairs:
                job = GeometryJob(*pair)
                for layer in job.do(self.bench).layers:
                    if (old := next(recorded, None)) is None:
                        yield f"{job}: {layer.layer} is not recorded"
                    else:
                        yield from differences(f"{job} at {layer.layer}", old, layer)
                progress.advance()

    def _baselines(self) -> Iterator[str]:
        manifest = self.manifest
        jobs = baseline_jobs(self.bench.spec, manifest.originals, manifest.networks)
        made = {(job.network.name, job.original.id) for job in jobs}
        for one in manifest.baselines:
            if (one.network, one.graph) not in made:
                yield f"baselines of {one.network}, {one.graph}: are none of the spec's"
        with Steps("baselines", len(jobs)) as progress:
            for job in jobs:
                name, graph = job.network.name, job.original.id
                found = [one for one in manifest.baselines if (one.network, one.graph) == (name, graph)]
                recorded = NetworkBaselines(network=name, graph=graph, found=found)
                yield from differences(str(job), recorded, job.do(self.bench))
                progress.advance()

    def _observations(self) -> Iterator[str]:
        manifest = self.manifest
        originals: tuple[GraphOriginal, ...] = tuple(manifest.originals)
        certified = tuple(item for item in manifest.items if item.certificate.passed)
        with Steps("observers", len(manifest.networks)) as progress:
            for network in manifest.networks:
                job = ObserveJob(network, originals, certified)
                found = [one for one in manifest.observations if one.observer == network.name]
                recorded = Observations(observer=network.name, found=found)
                yield from differences(str(job), recorded, job.do(self.bench))
                progress.advance()


def _degrees(graph: Graph) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.bincount(graph.edges[0], minlength=len(graph.features))
