"""Runs whose pieces of work are jobs: each is plain data and gives one record, which the journal keeps.

What a job gives depends on its key alone, so it can be done anywhere, and again after a kill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from synthesis.bundle.manifest import Blob
from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.process.progress import Counter, Steps
from synthesis.runs.engines import RunEngine, Setup
from synthesis.runs.journal import Journal


class JobRecord(Record):
    """What a job gives; `stored` are the files that must be there for it to count as done."""

    @property
    def stored(self) -> Sequence[Blob]:
        return ()


class Job(Protocol):
    """As text it names itself to people."""

    record: ClassVar[type[JobRecord]]

    def key(self) -> dict[str, Any]:
        """All that the record depends on."""
        ...

    def do(self, bench: Any) -> JobRecord:
        """The work, with what a process of the run holds: networks, the store."""
        ...


@dataclass(frozen=True)
class JobTask:
    """Some jobs that one process does one after another."""

    jobs: tuple[Job, ...]

    def __str__(self) -> str:
        more = f" and {len(self.jobs) - 1} more" if len(self.jobs) > 1 else ""
        return f"{self.jobs[0]}{more}"


def recorded(journal: Journal, job: Job) -> JobRecord | None:
    """What the journal has of a job, None if that is nothing or one of its files is missing or damaged."""
    record = journal.record(job.key(), job.record)
    return record if record is not None and all(map(journal.store.holds, record.stored)) else None


def perform(task: JobTask, store: BundleStore, bench: Any, progress: Counter) -> None:
    """Do and journal a task's jobs; one that the journal has is passed over."""
    journal = Journal(store)
    for job in task.jobs:
        if recorded(journal, job) is None:
            try:
                journal.put_record(job.key(), job.do(bench))
            except UserError as error:
                raise UserError(f"{job}: {error}") from None
        progress.advance()


def done(what: str, jobs: Sequence[Job], store: BundleStore, setup: Setup, engine: RunEngine) -> list[Any]:
    """The records of these jobs, after the engine did those that the journal has not.

    Raises `UserError` as the engine does, or if a record is missing all the same.
    """
    journal = Journal(store)
    with Steps(what, len(jobs)) as progress:
        left = []
        for job in jobs:
            if recorded(journal, job) is None:
                left.append(job)
            else:
                progress.skip()
        size = max(1, engine.task_size(len(left)))
        engine.perform(
            setup,
            [JobTask(tuple(left[start : start + size])) for start in range(0, len(left), size)],
            progress,
        )
    store.look_around()
    records = [recorded(journal, job) for job in jobs]
    if None in records:
        raise UserError(f"{jobs[records.index(None)]}: was not stored; run the same command to continue")
    return records
