"""The processes of the local engine: how they begin, how they tell what is done, and that they end.

Where the system can, they are forked from a server process that has loaded the libraries and nothing else: it
holds no thread and no graphics card's state, and a process begins at once. Elsewhere each starts afresh.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.queues import SimpleQueue

import torch

from synthesis.common.stopping import held_back
from synthesis.process.device import set_item_threads
from synthesis.process.progress import Uncounted
from synthesis.runs.engines import Setup, Task

# The number of each task of which an item was finished since it was last asked.
Counted = Callable[[], Iterable[int]]

_UNSAID = "ignore:resource_tracker"
# Read by numerical libraries when they are loaded.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def prepare(library: str) -> None:
    """Start the server and let it load torch, this package and `library`, while the driver goes on."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return
    _hush()
    loaded = ["__main__", "synthesis.runs.tasks", *([library] if library else [])]
    forkserver.set_forkserver_preload(loaded)
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    resource_tracker.ensure_running()  # it lets signals through again when it has begun
    try:
        with held_back():
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def pool_of(devices: Sequence[str]) -> Iterator[tuple[ProcessPoolExecutor, Counted]]:
    """A pool with a process for each of `devices`; they end at once when the block does, or this process."""
    context = _context()
    _hush()
    # Nothing is ever sent. That the driver's end was closed is the sign, and a kill closes it too.
    watched, held = context.Pipe(duplex=False)
    # Short messages are written in one piece, so that many may write, and one may be killed.
    told, telling = context.Pipe(duplex=False)
    shared: SimpleQueue[str] = context.SimpleQueue()
    for device in devices:
        shared.put(device)
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(len(devices), context, _begin, (watched, telling, shared))
    try:
        yield pool, lambda: _received(told)
    finally:
        held.close()
        # One that still loads its libraries does not look at its end of the pipe yet.
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        pool.shutdown(cancel_futures=True)
        for end in (watched, told, telling):
            end.close()
        shared.close()


def work(setup: Setup, task: Task, number: int) -> list[str]:
    """In a process of the pool: perform a task, and tell of each item; the messages for people."""
    progress = _Told(number)
    setup.perform(task, _device, progress)
    return progress.said


class _Told(Uncounted):
    """Counts by telling the driver."""

    def __init__(self, task: int) -> None:
        super().__init__()
        self._task = task.to_bytes(4, "big")

    def skip(self) -> None:
        self.advance()

    def advance(self) -> None:
        assert _telling is not None
        _telling.send_bytes(self._task)


def _hush() -> None:
    """Of a driver that was ended at once, Python's own helper tidies up; nobody need be told."""
    if _UNSAID not in sys.warnoptions:
        sys.warnoptions.append(_UNSAID)


def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


def _received(told: Connection) -> Iterator[int]:
    while told.poll():
        yield int.from_bytes(told.recv_bytes(), "big")


# Of a process of the pool: its device, and where it tells of what it did.
_device = ""
_telling: Connection | None = None


def _begin(watched: Connection, telling: Connection, shared: "SimpleQueue[str]") -> None:
    """Prepare a process: its device, its threads, and its end with the driver's."""
    global _device, _telling
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver, which ends this process
    threading.Thread(target=_end_with_the_driver, args=(watched,), daemon=True).start()
    _device, _telling = shared.get(), telling
    set_item_threads(torch.device(_device))


def _end_with_the_driver(watched: Connection) -> None:
    try:
        watched.poll(None)
    finally:
        os._exit(1)
