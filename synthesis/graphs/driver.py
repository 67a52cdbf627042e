"""The driver of a run with graphs: networks, nulls, metamers, geometry, observers, and the manifest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Any

from synthesis.bundle.graphs import GraphManifest, GraphOriginal
from synthesis.bundle.manifest import Blob
from synthesis.bundle.store import BundleStore
from synthesis.graphs.bench import input_of
from synthesis.graphs.data import Graph
from synthesis.graphs.files import encode_graph
from synthesis.graphs.geometry import GeometryJob
from synthesis.graphs.kind import Graphs
from synthesis.graphs.observers import ObserveJob
from synthesis.graphs.plan import (
    GraphPlan,
    baseline_jobs,
    finished_graphs,
    metamer_jobs,
    null_jobs,
    train_jobs,
)
from synthesis.graphs.tasks import GraphSetup
from synthesis.process.lock import exclusive
from synthesis.process.memory import out_of_memory
from synthesis.process.versions import versions
from synthesis.runs.engines import RunEngine
from synthesis.runs.jobs import Job, done

SET_MEDIA_TYPE = "application/x-graphs+npz"


class GraphRun:
    """One run into one bundle; what the bundle's journal has is not done again."""

    def __init__(self, plan: GraphPlan, store: BundleStore, engine: RunEngine) -> None:
        self.plan, self.spec, self.store, self.engine = plan, plan.spec, store, engine
        self.data = store.put_blob(plan.data_bytes, SET_MEDIA_TYPE)
        self.setup = GraphSetup(plan.spec.model_dump_json(), str(store.root.absolute()), self.data.sha256)

    def execute(self) -> GraphManifest:
        """Do what is left to do, write the manifest, and return it."""
        self.store.look_around()
        originals = [self._original(name, encode_graph(graph), graph) for name, graph in self.plan.originals]
        networks = self._done("networks", train_jobs(self.spec))
        # None needs another, and an engine begins its processes anew for each list of tasks.
        of_nulls = null_jobs(self.spec, originals, networks)
        of_geometry = geometry_jobs(self.plan, originals, networks)
        of_baselines = baseline_jobs(self.spec, originals, networks)
        found = iter(self._done("nulls, geometry, baselines", [*of_nulls, *of_geometry, *of_baselines]))
        nulls, geometry = list(islice(found, len(of_nulls))), list(islice(found, len(of_geometry)))
        baselines = list(found)
        items = self._done("metamers", metamer_jobs(self.spec, originals, networks, nulls))
        certified = tuple(item for item in items if item.certificate.passed)
        observed = self._done("observers", [ObserveJob(one, tuple(originals), certified) for one in networks])
        manifest = GraphManifest(
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            spec=self.plan.record,
            input=input_of(self.plan.data).format,
            data=self.data,
            originals=originals,
            networks=networks,
            nulls=nulls,
            items=items,
            geometry=[layer for record in geometry for layer in record.layers],
            baselines=[one for record in baselines for one in record.found],
            observations=[one for record in observed for one in record.found],
            software=versions() | _graph_versions(),
        )
        return self.store.write_manifest(manifest)

    def _original(self, name: str, data: bytes, graph: Graph) -> GraphOriginal:
        blob: Blob = self.store.put_blob(data, Graphs.media_type)
        return GraphOriginal(id=name, blob=blob, nodes=graph.nodes, edges=graph.edges.shape[1] // 2)

    def _done(self, what: str, jobs: Sequence[Job]) -> list[Any]:
        return done(what, jobs, self.store, self.setup, self.engine, self.setup.scope)


def geometry_jobs(plan: GraphPlan, originals: list[GraphOriginal], networks: list[Any]) -> list[GeometryJob]:
    if not plan.spec.geometry:
        return []
    return [GeometryJob(original, network) for original in originals for network in networks]


def make_graphs(plan: GraphPlan, store: BundleStore, engine: RunEngine) -> GraphManifest:
    """Make what is left of the plan's bundle while no other run may. Raises `UserError` if one does."""
    engine.prepare("synthesis.graphs.tasks")
    with exclusive(store.root):
        store.remove_leftovers()
        try:
            return finished_graphs(plan, store) or GraphRun(plan, store, engine).execute()
        except (RuntimeError, MemoryError) as error:
            raise out_of_memory(error, plan.spec.graphs) from None
        finally:
            store.remove_leftovers()


def _graph_versions() -> dict[str, str]:
    found = {}
    for package in ("networkx", "safetensors", "torch_geometric"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
