"""The local engine: one process per device, on a processor one per core, or this process alone.

On a processor each process computes with one thread. So a metamer does not depend on how many cores a machine
has, and no thread waits for another when anything else runs.
"""

from collections import Counter as Tally
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import torch

from synthesis.common.errors import UserError
from synthesis.common.stopping import held_back, look
from synthesis.process.device import item_threads, processes_on_a_processor
from synthesis.process.progress import Counter
from synthesis.runs.engines import LOSSES_ALLOWED, POLL_S, RunEngine, Setup, Task, shared_task_size
from synthesis.runs.engines.processes import Counted, pool_of, prepare, work
from synthesis.runs.items import BATCH_SIZE


def local_engine(devices: Sequence[torch.device], workers: int | None) -> RunEngine:
    """The engine for these devices; by default a process for each card, or for each core of a processor."""
    count = workers or (processes_on_a_processor() if devices[0].type == "cpu" else len(devices))
    return InProcess(devices[0]) if count == 1 else Processes(devices, count)


class InProcess:
    """Performs each layer as one task in this process, so that its batch stays full to the end."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def prepare(self, library: str) -> None:
        """Nothing: this process is there."""

    def task_size(self, items: int) -> int:
        return items

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        with item_threads(self.device):
            for task in tasks:
                setup.perform(task, str(self.device), progress)


class Processes:
    """Performs tasks in `workers` processes that share out the devices."""

    def __init__(self, devices: Sequence[torch.device], workers: int) -> None:
        self.devices, self.workers = devices, workers

    def prepare(self, library: str) -> None:
        """Begin to load what the processes need, beside what the driver does first."""
        prepare(library)

    def task_size(self, items: int) -> int:
        return shared_task_size(items, self.workers, BATCH_SIZE)

    def perform(self, setup: Setup, tasks: Sequence[Task], progress: Counter) -> None:
        left = deque(range(len(tasks)))
        lost: Tally[int] = Tally()
        items = _Items(tasks, progress)
        while left:
            with self._pool(min(self.workers, len(left))) as (pool, counted):
                interrupted = _work_off(pool, self.workers, setup, tasks, left, counted, items)
            for number in interrupted:
                lost[number] += 1
                items.begin_again(number)
                if lost[number] >= LOSSES_ALLOWED:
                    raise UserError(
                        f"{tasks[number]}: its process was killed {LOSSES_ALLOWED} times, perhaps for want "
                        "of memory; give fewer --workers, and run the same command to continue"
                    )
            left.extendleft(reversed(interrupted))

    @contextmanager
    def _pool(self, count: int) -> Iterator[tuple[ProcessPoolExecutor, Counted]]:
        names = [str(self.devices[number % len(self.devices)]) for number in range(count)]
        with pool_of(names) as pool:
            yield pool


class _Items:
    """The items of tasks as they are finished, each counted once however often its task is performed."""

    def __init__(self, tasks: Sequence[Task], progress: Counter) -> None:
        self._tasks, self._progress = tasks, progress
        self._counted = [0] * len(tasks)
        self._now = [0] * len(tasks)

    def begin_again(self, task: int) -> None:
        self._now[task] = 0

    def one(self, task: int) -> None:
        self._now[task] += 1
        if self._now[task] > self._counted[task]:
            self._counted[task] += 1
            self._progress.advance()

    def all_of(self, task: int, said: Sequence[str]) -> None:
        """The task is done; what its process had to say is passed on."""
        for message in said:
            self._progress.say(message)
        while self._counted[task] < len(self._tasks[task].jobs):
            self._counted[task] += 1
            self._progress.advance()


def _work_off(
    pool: ProcessPoolExecutor,
    workers: int,
    setup: Setup,
    tasks: Sequence[Task],
    left: deque[int],
    counted: Counted,
    items: _Items,
) -> list[int]:
    """Perform the tasks numbered in `left`, taking each from it; those at work when a process was lost."""
    running: dict[Future[list[str]], int] = {}
    while left or running:
        try:
            while left and len(running) < workers:
                with held_back():  # Ctrl-C and the like reach a whole group; the driver decides
                    running[pool.submit(work, setup, tasks[left[0]], left[0])] = left[0]
                left.popleft()
            look()
            finished, _ = wait(running, POLL_S, FIRST_COMPLETED)
            for number in counted():
                items.one(number)
            for future in finished:
                said = future.result()
                items.all_of(running.pop(future), said)
        except BrokenProcessPool:
            return list(running.values())
    return []
