"""What a process does of a run with graphs: jobs, each in the journal before the next is begun."""

from dataclasses import dataclass
from functools import lru_cache

from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.graphs.bench import Bench
from synthesis.graphs.jobs import Job
from synthesis.graphs.spec import GraphSpec
from synthesis.process.device import exact_float32
from synthesis.process.progress import Counter
from synthesis.runs.journal import Journal


@dataclass(frozen=True)
class GraphSetup:
    """The spec as JSON, where the bundle is, and the set of graphs in it. Plain data for every engine.

    Whatever device an engine offers, graphs are computed on the processor.
    """

    spec_json: str
    root: str
    data_sha256: str

    def perform(self, task: "GraphTask", device: str, progress: Counter) -> None:
        """Do and journal a task's jobs; one that the journal has is passed over."""
        bench = _bench(self)
        journal = Journal(bench.store)
        for job in task.jobs:
            if recorded(journal, job, self.data_sha256) is None:
                journal.put_record(_key(job, self.data_sha256), _done(job, bench))
            progress.advance()


@dataclass(frozen=True)
class GraphTask:
    """Some jobs that one process does one after another."""

    jobs: tuple[Job, ...]

    def __str__(self) -> str:
        more = f" and {len(self.jobs) - 1} more" if len(self.jobs) > 1 else ""
        return f"{self.jobs[0]}{more}"


def recorded(journal: Journal, job: Job, data_sha256: str) -> Record | None:
    """What the journal has of a job, None if that is nothing, or if its file is missing or damaged."""
    record = journal.record(_key(job, data_sha256), job.record)
    blob = getattr(record, "blob", getattr(record, "weights", None))
    return None if blob is not None and not journal.store.holds(blob) else record


def _key(job: Job, data_sha256: str) -> dict[str, object]:
    return {**job.key(), "data": data_sha256}


def _done(job: Job, bench: Bench) -> Record:
    try:
        return job.do(bench)
    except UserError as error:
        raise UserError(f"{job}: {error}") from None


@lru_cache(maxsize=1)
def _bench(setup: GraphSetup) -> Bench:
    exact_float32()
    return Bench(BundleStore(setup.root), GraphSpec.model_validate_json(setup.spec_json), setup.data_sha256)
