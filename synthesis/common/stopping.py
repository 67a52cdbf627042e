"""A wish to stop: Ctrl-C, SIGTERM, a terminal that was closed, or a starter that is no longer there.

Whatever a command writes is written whole, so ending it anywhere is as safe as kill -9. Most of the time, and
while libraries are loaded, a signal therefore ends the program at once. Where there is something to put in
order (a lock, other processes, a file half-way), the work says so with `orderly`. There the wish is a flag,
and each step `look`s at it: an exception that is raised wherever a signal happens to arrive can be swallowed,
in a destructor for example, and the work would go on. A second signal, or the end of the grace, ends the
program wherever it is.

A thread receives the signals, since Python's own handlers wait until the main thread leaves what it computes.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# How long work that was asked to stop may take to come to an end of its own.
GRACE_S = 3.0
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_SHOW_CURSOR = "\x1b[?25h"


class Stopped(BaseException):
    """The command was asked to stop. No `Exception`, so that nothing takes it for a failure of the work."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """128 and the signal's number, as shells tell it: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP."""
        return 128 + self.number


class _Wish:
    """What one `stoppable` block has been asked, and what is under way in it."""

    def __init__(self, message: str, sender: socket.socket) -> None:
        self.message = message
        self.caught_up = threading.Event()  # everything that was sent before a zero has been received
        self._sender = sender
        self.number: int | None = None
        self.graces_s: list[float] = []  # of the `orderly` blocks that were entered, the innermost last
        self.left_to_another: list[int] | None = None  # what comes meanwhile
        self.kills_group = False
        self._timer: threading.Timer | None = None

    def receive(self, number: int) -> None:
        """Take note of a signal. A second one ends the program, and so does one that nothing need await."""
        if self.left_to_another is not None:
            self.left_to_another.append(number)
            return
        if self.number is not None or not self.graces_s:
            self._end(number)
        self.number = number
        self._timer = threading.Timer(max(self.graces_s, default=GRACE_S), self._end, [number])
        self._timer.daemon = True
        self._timer.start()

    def heed(self, _number: int, _frame: FrameType | None) -> None:
        """The main thread's part: it goes on only when the wish is known, so that its next look sees it."""
        self.catch_up()

    def catch_up(self) -> None:
        """Wait until the thread has received what has come so far."""
        self.caught_up.clear()
        self._sender.send(b"\0")
        self.caught_up.wait()

    def is_over(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _end(self, number: int) -> None:
        with contextlib.suppress(OSError):  # whoever read this may be gone
            cursor = _SHOW_CURSOR if os.isatty(2) else ""  # a progress bar hides it
            os.write(2, f"{cursor}{self.message}\n".encode())
        if self.kills_group and os.name == "posix" and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)  # with the processes that this one has started
        os._exit(128 + number)


_wish: _Wish | None = None


@contextmanager
def stoppable(message: str) -> Iterator[None]:
    """Within the block signals are wishes to stop; `message` is what is said when one ends the program.

    Signals that are ignored, as by nohup or in a script's background job, stay so. Does nothing outside the
    main thread, which alone may say what signals do.
    """
    global _wish
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    outer, _wish = _wish, _Wish(message, sender)
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    handlers = {number: signal.signal(number, _wish.heed) for number in heeded}
    wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_receive_all, args=(receiver, _wish), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sender.close()
        _wish.is_over()
        _wish = outer


def run_program(main: Callable[[], None]) -> None:
    """Run a command line's `main`; if it was stopped, leave the process without tidying up its memory.

    On a busy machine that alone takes seconds once torch is loaded.
    """
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and end.code > 128:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(end.code)
        raise


@contextmanager
def orderly(grace_s: float | None = None) -> Iterator[None]:
    """Within the block a wish to stop waits, so many seconds (`GRACE_S`) at most, for a `look` or its end."""
    wish = _wish
    if wish is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    wish.graces_s.append(GRACE_S if grace_s is None else grace_s)
    try:
        yield
    finally:
        wish.graces_s.pop()
    if not wish.graces_s:
        look()


def asked() -> bool:
    """Whether there is a wish to stop."""
    return _wish is not None and _wish.number is not None


def look() -> None:
    """Raise `Stopped` if there is a wish to stop. Does nothing outside the main thread."""
    if _wish and _wish.number is not None and threading.current_thread() is threading.main_thread():
        raise Stopped(_wish.number)


@contextmanager
def left_to_another() -> Iterator[None]:
    """Within the block something else handles Ctrl-C and SIGTERM; what came is raised at its end."""
    wish = _wish
    if wish is None:
        yield
        return
    handed_on: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            theirs = number in (signal.SIGINT, signal.SIGTERM)
            signal.signal(number, (lambda number, _: handed_on.append(number)) if theirs else signal.SIG_DFL)
    wish.left_to_another = handed_on
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        wish.catch_up()
        wish.left_to_another = None
    if handed_on:
        raise Stopped(handed_on[0])


@contextmanager
def held_back() -> Iterator[None]:
    """Processes that are started within the block never get these signals."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_with_stdin() -> None:
    """From now on, the end of standard input is a wish to stop, as SIGTERM is.

    A program that starts this one keeps the other end. However that program ends, even by kill -9, the system
    closes it. This works wherever pipes do.
    """
    if _wish:
        _wish.kills_group = True
        threading.Thread(target=_read_to_the_end, args=(sys.stdin.fileno(), _wish), daemon=True).start()


def _receive_all(receiver: socket.socket, wish: _Wish) -> None:
    with receiver:
        while number := receiver.recv(1):
            if number[0] in SIGNALS:
                wish.receive(number[0])
            elif number == b"\0":
                wish.caught_up.set()


def _read_to_the_end(stdin: int, wish: _Wish) -> None:
    while os.read(stdin, 4096):
        pass
    wish.receive(signal.SIGTERM)
