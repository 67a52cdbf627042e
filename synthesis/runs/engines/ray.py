"""The Ray engine: tasks over a cluster, or over a Ray that is started here.

A node or a process may vanish at any moment: Ray performs its task again elsewhere, where it continues from
the journal. The bundle must be at a place that every node reaches, and this package installed on every node.
"""

import logging
import os
import signal
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from synthesis.common.errors import UserError
from synthesis.common.stopping import held_back, look
from synthesis.process.device import DeviceName, cores, set_item_threads
from synthesis.process.memory import is_out_of_memory
from synthesis.process.progress import Counter, Uncounted
from synthesis.runs.engines import LOSSES_ALLOWED, POLL_S, Setup, Task, shared_task_size
from synthesis.runs.items import BATCH_SIZE

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# How Ray treats graphics cards in tasks that ask for none; without a choice it warns of its next one.
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")

try:
    import ray
    from ray.exceptions import RayError, RayTaskError
except ImportError:
    raise UserError("--engine ray needs Ray: pip install 'metamerlab[ray]'") from None


class RayEngine:
    """Performs tasks on Ray, a graphics card for each where the cluster has any, else processor cores.

    `workers` limits how many run at the same time; by default as many as there is room for, and a cluster
    that scales itself sees all that is waiting. `address` is a cluster's, or "auto" for the one that this
    machine is part of; without one Ray is started here and ended afterwards.
    """

    def __init__(self, device: DeviceName, workers: int | None, address: str | None) -> None:
        if device == "mps":
            raise UserError("--device mps: Ray knows no such device; give --engine local, or --device cpu")
        self.device, self.workers, self.address = device, workers, address

    def prepare(self, library: str) -> None:
        """Nothing: Ray begins its processes itself."""

    def task_size(self, items: int) -> int:
        return shared_task_size(items, self.workers or 8, BATCH_SIZE)

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        if not tasks:
            return
        with _connected(self.address, self.workers):
            device, resources = self._share(ray.cluster_resources())  # type: ignore[no-untyped-call]
            remote = ray.remote(perform_afar).options(max_retries=LOSSES_ALLOWED, **resources)
            left, running = deque(tasks), dict[Any, Task]()
            while left or running:
                while left and (self.workers is None or len(running) < self.workers):
                    task = left.popleft()
                    running[remote.remote(setup, task, device)] = task
                look()
                finished, _ = ray.wait(list(running), num_returns=1, timeout=POLL_S)
                for done in finished:
                    task = running.pop(done)
                    _report(task, _result(done, task), progress)

    def _share(self, cluster: dict[str, float]) -> tuple[str, dict[str, float]]:
        """The device of a task, and what it asks of the cluster."""
        if self.device == "cuda" or (self.device == "auto" and cluster.get("GPU", 0) >= 1):
            return "cuda", {"num_gpus": 1, "num_cpus": 1}
        return "cpu", {"num_cpus": 1}


def perform_afar(setup: Setup, task: Task, device: str) -> list[str]:
    """Perform a task in a process that nobody watches; the messages for people."""
    progress = Uncounted()
    set_item_threads(torch.device(device))
    setup.perform(task, device, progress)
    return progress.said


def _report(task: Task, said: list[str], progress: Counter) -> None:
    """Count the jobs of a task that was performed afar, and pass on what was said."""
    for message in said:
        progress.say(message)
    for _ in task.jobs:
        progress.advance()


def _result(done: Any, task: Task) -> list[str]:
    """What the task said. Raises what it raised, or a `UserError` if it was lost again and again."""
    try:
        said: list[str] = ray.get(done)
        return said
    except RayTaskError as error:
        if isinstance(error.cause, UserError) or is_out_of_memory(error.cause):
            raise error.cause from None
        raise
    except RayError as error:
        reason = " ".join(str(error).split())[:300]
        raise UserError(
            f"{task}: was lost {LOSSES_ALLOWED + 1} times on Ray; run the same command to continue ({reason})"
        ) from None


@contextmanager
def _connected(address: str | None, workers: int | None) -> Iterator[None]:
    """Within the block Ray is there; afterwards this program's tasks are ended."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        _require_answer(address)
        with held_back():
            ray.init(
                address or "local",
                num_cpus=None if address else workers and max(workers, cores()),
                include_dashboard=None if address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except (OSError, RayError) as error:
        where = f"--ray-address {address}: no Ray cluster answers there" if address else "Ray does not start"
        raise UserError(f"{where} ({str(error).splitlines()[0]})") from None
    signal.signal(signal.SIGTERM, handler)  # Ray sets its own
    try:
        yield
    finally:
        ray.shutdown()


def _require_answer(address: str | None) -> None:
    """Raise `OSError` if nobody listens at HOST:PORT; Ray itself goes on asking for minutes."""
    host, _, port = (address or "").rpartition(":")
    if port.isdigit() and "://" not in host:
        socket.create_connection((host, int(port)), timeout=10).close()
