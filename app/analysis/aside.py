"""Heavy work on the answers, in processes of its own: answers that arrive meanwhile do not wait for it.

A thread would leave the event loop free, but not Python's lock, for which every step of an answer would wait.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import ParamSpec, TypeVar

from app.core.errors import Unavailable

PROCESSES = 2  # of one server process; further work queues
NICENESS = 10  # where the cores do not suffice, answers come first

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def aside(
    work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """What `work` returns or raises, in another process: all of it must be picklable.

    Raises `Unavailable` if the process was killed, as the system does when memory runs out.
    """
    try:
        return await asyncio.wrap_future(_processes().submit(work, *args, **kwargs))
    except BrokenProcessPool:
        _processes.cache_clear()
        raise Unavailable("process_lost", "the process that did the work was killed") from None


@cache
def _processes() -> ProcessPoolExecutor:
    """They are started when there is work, and end with this process."""
    context = multiprocessing.get_context("spawn")  # a fork would copy locks that are held
    return ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_begin)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    if sys.platform != "win32":
        os.nice(NICENESS)
    threading.Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    """A server that is killed tells nobody."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
