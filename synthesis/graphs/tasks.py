"""What a process does of a run with graphs: jobs, each in the journal before the next is begun."""

from dataclasses import dataclass
from functools import lru_cache

from synthesis.bundle.store import BundleStore
from synthesis.graphs.bench import Bench
from synthesis.graphs.spec import GraphSpec
from synthesis.process.device import exact_float32
from synthesis.process.progress import Counter
from synthesis.runs.jobs import JobTask, Scope, perform


@dataclass(frozen=True)
class GraphSetup:
    """The spec as JSON, where the bundle is, and the set of graphs in it. Plain data for every engine.

    Whatever device an engine offers, graphs are computed on the processor.
    """

    spec_json: str
    root: str
    data_sha256: str

    @property
    def scope(self) -> Scope:
        """What every job depends on."""
        return {"data": self.data_sha256}

    def perform(self, task: JobTask, device: str, progress: Counter) -> None:
        """Do and journal a task's jobs; one that the journal has is passed over."""
        bench = _bench(self)
        perform(task, bench.store, bench, progress, self.scope)


@lru_cache(maxsize=1)
def _bench(setup: GraphSetup) -> Bench:
    exact_float32()
    return Bench(BundleStore(setup.root), GraphSpec.model_validate_json(setup.spec_json), setup.data_sha256)
