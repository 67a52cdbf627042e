"""Engines: ways to have a run's tasks performed, on this machine or on a cluster.

The driver (`synthesis.runs.driver`) does what is done once, hands the tasks to an engine, and reads from the
journal what came of them. An engine only decides where tasks run, and what happens when a process is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from synthesis.process.progress import Counter

EngineName = Literal["local", "ray"]

# How often a task is given to another process after its own was lost.
LOSSES_ALLOWED = 3
# How often a driver that waits for its tasks looks for a wish to stop.
POLL_S = 0.2


class Task(Protocol):
    """Some jobs that one process does one after another; plain data. As text it names them to people."""

    @property
    def jobs(self) -> Sequence[object]: ...


class Setup(Protocol):
    """All that a process must know of a run, as plain data that can be hashed."""

    def perform(self, task: Any, device: str, progress: Counter) -> None:
        """Do and journal a task's jobs on `device`, and count each."""
        ...


class RunEngine(Protocol):
    """A place where tasks are performed."""

    def prepare(self, library: str) -> None:
        """Begin to load what the tasks need; `library` is the network's own."""
        ...

    def task_size(self, items: int) -> int:
        """How many of a layer's `items` go into one task."""
        ...

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        """Have every task's jobs done and journalled, and count each.

        Raises `UserError` as `Setup.perform` does, or when a task's process was lost
        `LOSSES_ALLOWED` times; then, and on an interruption, no process of the engine goes on working.
        """
        ...


def shared_task_size(items: int, workers: int, batch_size: int) -> int:
    """Such that each of `workers` gets as many tasks of `items`: four, or as few as fill its batches."""
    rounds = min(4, -(-items // (workers * batch_size)))
    return -(-items // (workers * max(1, rounds)))
