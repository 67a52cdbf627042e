"""Runs whose pieces of work are jobs: each is plain data and gives one record, which the journal keeps.

What a job gives depends on its key alone, so it can be done anywhere, and again after a kill.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from synthesis.bundle.manifest import Blob
from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.process.progress import Counter, Steps
from synthesis.runs.engines import RunEngine, Setup
from synthesis.runs.journal import Journal

Scope = Mapping[str, Any]
NO_SCOPE: Scope = MappingProxyType({})


class Job(Protocol):
    """As text it names itself to people."""

    record: ClassVar[type[Record]]

    def key(self) -> dict[str, Any]:
        """All that the record depends on."""
        ...

    def do(self, bench: Any) -> Record:
        """The work, with what a process of the run holds: networks, the store."""
        ...


@dataclass(frozen=True)
class JobTask:
    """Some jobs that one process does one after another."""

    jobs: tuple[Job, ...]

    def __str__(self) -> str:
        more = f" and {len(self.jobs) - 1} more" if len(self.jobs) > 1 else ""
        return f"{self.jobs[0]}{more}"


def recorded(journal: Journal, job: Job, scope: Scope = NO_SCOPE) -> Record | None:
    """What the journal has of a job, None if that is nothing or one of its files is missing or damaged.

    `scope` is what all jobs of a run depend on; it is added to their keys.
    """
    record = journal.record({**job.key(), **scope}, job.record)
    return record if record is not None and all(map(journal.store.holds, _blobs(record))) else None


def perform(
    task: JobTask, store: BundleStore, bench: Any, progress: Counter, scope: Scope = NO_SCOPE
) -> None:
    """Do and journal a task's jobs; one that the journal has is passed over."""
    journal = Journal(store)
    for job in task.jobs:
        if recorded(journal, job, scope) is None:
            try:
                journal.put_record({**job.key(), **scope}, job.do(bench))
            except UserError as error:
                raise UserError(f"{job}: {error}") from None
        progress.advance()


def done(
    what: str,
    jobs: Sequence[Job],
    store: BundleStore,
    setup: Setup,
    engine: RunEngine,
    scope: Scope = NO_SCOPE,
) -> list[Any]:
    """The records of these jobs, after the engine did those that the journal has not.

    Raises `UserError` as the engine does, or if a record is missing all the same.
    """
    journal = Journal(store)
    with Steps(what, len(jobs)) as progress:
        left = []
        for job in jobs:
            if recorded(journal, job, scope) is None:
                left.append(job)
            else:
                progress.skip()
        size = max(1, engine.task_size(len(left)))
        tasks = [JobTask(tuple(left[start : start + size])) for start in range(0, len(left), size)]
        engine.perform(setup, tasks, progress)
    store.look_around()
    records = [recorded(journal, job, scope) for job in jobs]
    if None in records:
        raise UserError(f"{jobs[records.index(None)]}: was not stored; run the same command to continue")
    return records


def _blobs(value: object) -> Iterator[Blob]:
    """Every file that a record names, at any depth."""
    if isinstance(value, Blob):
        yield value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _blobs(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _blobs(one)
