"""Progress on stderr: a bar with rate and time left on a terminal, else a line now and then."""

import sys
import time
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_LINE_EVERY_S = 10.0


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.2f}/s" if task.speed else "-/s")


class Counter(Protocol):
    """Is told of each piece of work that is done, or was by an earlier run, and what people should know."""

    def skip(self) -> None: ...
    def advance(self) -> None: ...
    def say(self, message: str) -> None: ...


class Uncounted:
    """Progress that nobody watches; what is said is kept in `said`."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def skip(self) -> None:
        """Pass over a piece."""

    def advance(self) -> None:
        """Pass over a piece."""

    def say(self, message: str) -> None:
        self.said.append(message)


class Steps:
    """Counts `total` pieces of work called `what`. Use as a context manager."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
        console = Console(stderr=True)
        self._bar = Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
        )
        self._task = self._bar.add_task(what, total=total)
        self._started = self._printed = time.monotonic()
        self._from = 0
        self._printed_done = -1

    def __enter__(self) -> "Steps":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if self._bar.disable and kind is None:
            self._print()

    def skip(self) -> None:
        """Count a piece that an earlier run finished: it does not enter the printed rate."""
        self.done += 1
        self._from += 1
        self._bar.advance(self._task)

    def advance(self) -> None:
        self.done += 1
        self._bar.advance(self._task)
        if self._bar.disable and time.monotonic() - self._printed > _LINE_EVERY_S:
            self._print()

    def say(self, message: str) -> None:
        """Tell the person at the terminal something that needs no answer."""
        sys.stderr.write(message + "\n")

    def _print(self) -> None:
        if self.done == self._printed_done:
            return
        self._printed, self._printed_done = time.monotonic(), self.done
        rate = (self.done - self._from) / max(self._printed - self._started, 1e-9)
        left = (
            f", {(self.total - self.done) / rate:.0f} s left" if rate > 0 and self.done < self.total else ""
        )
        Console(stderr=True).print(
            f"{self.what}: {self.done}/{self.total}, {rate:.2f}/s{left}", highlight=False
        )
