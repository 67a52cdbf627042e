"""Ways to end a run from outside: Ctrl-C, SIGTERM, and a starter that is no longer there."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# How long a run that was asked to stop may take before it is ended in the middle of what it does.
_GRACE_S = 20.0


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does."""


@contextmanager
def stoppable(with_stdin: bool = False) -> Iterator[None]:
    """Within the block SIGTERM raises `Terminated`; `with_stdin`, so does the closing of standard input.

    A program that starts a run keeps the other end of its standard input. However that program ends, even by
    kill -9, the system closes it, and the run stops writing. This works wherever pipes do.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    if with_stdin:
        threading.Thread(target=_wait_for_the_end, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def exit_code(stop: KeyboardInterrupt) -> int:
    """The code by which shells tell how a program was stopped: 128 and the signal's number."""
    return 128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def _wait_for_the_end(stdin: int) -> None:
    while os.read(stdin, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    if os.getpgrp() == os.getpid():  # the processes that this one started are in its group
        os.killpg(0, signal.SIGKILL)
    os._exit(128 + signal.SIGTERM)
