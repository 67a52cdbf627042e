"""The local engine: one process per device, or this one alone.

Processes are started afresh (spawn), so that none inherits threads or a graphics card's state.
"""

import multiprocessing
import os
import sys
import threading
from collections import Counter as Tally
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue

import torch

from synthesis.common.errors import UserError
from synthesis.common.stopping import held_back, look
from synthesis.process.device import cores
from synthesis.process.progress import Counter
from synthesis.runs.engines import LOSSES_ALLOWED, POLL_S, RunEngine, shared_task_size
from synthesis.runs.items import BATCH_SIZE
from synthesis.runs.tasks import Setup, Task, perform, perform_afar, report_performed


def local_engine(devices: Sequence[torch.device], workers: int | None) -> RunEngine:
    """The engine for these devices; by default a process for each of them."""
    count = workers or len(devices)
    return InProcess(devices[0]) if count == 1 else Processes(devices, count)


class InProcess:
    """Performs each layer as one task in this process, so that its batch stays full to the end."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def task_size(self, items: int) -> int:
        return items

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        for task in tasks:
            perform(setup, task, str(self.device), progress)


class Processes:
    """Performs tasks in `workers` processes that share out the devices and the processor's cores."""

    def __init__(self, devices: Sequence[torch.device], workers: int) -> None:
        self.devices, self.workers = devices, workers

    def task_size(self, items: int) -> int:
        return shared_task_size(items, self.workers, BATCH_SIZE)

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        left = deque(range(len(tasks)))
        lost: Tally[int] = Tally()
        while left:
            with self._pool() as pool:
                interrupted = _work_off(pool, self.workers, setup, tasks, left, progress)
            for number in interrupted:
                lost[number] += 1
                if lost[number] >= LOSSES_ALLOWED:
                    raise UserError(
                        f"{tasks[number]}: its process was killed {LOSSES_ALLOWED} times, perhaps for want "
                        "of memory; give fewer --workers, and run the same command to continue"
                    )
            left.extendleft(reversed(interrupted))

    @contextmanager
    def _pool(self) -> Iterator[ProcessPoolExecutor]:
        """A pool whose processes end at once when the block does, or when this process is killed."""
        context = multiprocessing.get_context("spawn")
        # Of a driver that was ended at once, Python's own helper tidies up; nobody need be told.
        if _UNSAID not in sys.warnoptions:
            sys.warnoptions.append(_UNSAID)
        # Nothing is ever sent. That the driver's end was closed is the sign, and a kill closes it too.
        watched, held = context.Pipe(duplex=False)
        shared: SimpleQueue[str] = context.SimpleQueue()
        for number in range(self.workers):
            shared.put(str(self.devices[number % len(self.devices)]))
        arguments = (watched, shared, max(1, cores() // self.workers))
        pool = ProcessPoolExecutor(self.workers, context, _begin, arguments)
        try:
            yield pool
        finally:
            held.close()
            # One that still loads its libraries does not look at its end of the pipe yet.
            for process in multiprocessing.active_children():
                process.kill()
            pool.shutdown(cancel_futures=True)
            watched.close()
            shared.close()


def _work_off(
    pool: ProcessPoolExecutor,
    workers: int,
    setup: Setup,
    tasks: Sequence[Task],
    left: deque[int],
    progress: Counter,
) -> list[int]:
    """Perform the tasks numbered in `left`, taking each from it; those at work when a process was lost."""
    running: dict[Future[list[str]], int] = {}
    while left or running:
        try:
            while left and len(running) < workers:
                with held_back():  # Ctrl-C and the like reach a whole group; the driver decides
                    running[pool.submit(_perform, setup, tasks[left[0]])] = left[0]
                left.popleft()
            look()
            finished, _ = wait(running, POLL_S, FIRST_COMPLETED)
            for future in finished:
                said = future.result()
                report_performed(tasks[running.pop(future)], said, progress)
        except BrokenProcessPool:
            return list(running.values())
    return []


_UNSAID = "ignore:resource_tracker"
# Of a worker process: its device.
_device = ""


def _begin(watched: Connection, shared: "SimpleQueue[str]", threads: int) -> None:
    """Prepare a worker process: its device, its share of the cores, and its end with the driver's."""
    global _device
    threading.Thread(target=_end_with_the_driver, args=(watched,), daemon=True).start()
    torch.set_num_threads(threads)
    _device = shared.get()


def _end_with_the_driver(watched: Connection) -> None:
    try:
        watched.poll(None)
    finally:
        os._exit(1)


def _perform(setup: Setup, task: Task) -> list[str]:
    return perform_afar(setup, task, _device)
