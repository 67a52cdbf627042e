"""Progress on stderr: a bar on a terminal, else a line now and then; or events for a program.

The form is chosen once per process, by `use_format`, so that whoever counts need not know who reads.
"""

import sys
import time
from collections.abc import Callable
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

from synthesis.bundle.events import ProgressEvent
from synthesis.common.command_line import ProgressFormat
from synthesis.common.stopping import look

_LINE_EVERY_S = 10.0
_EVENT_EVERY_S = 0.5
_format: ProgressFormat = "bar"
_told: set[str] = set()


def use_format(wanted: ProgressFormat) -> None:
    """`bar` is for people; `json` writes each `ProgressEvent` as one line, at most two a second per stage."""
    global _format
    _format = wanted


def tell_once(message: str) -> None:
    """A line on stderr for people; the same line is written once in a process."""
    if message not in _told:
        _told.add(message)
        sys.stderr.write(message + "\n")
        sys.stderr.flush()


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
        self.what, self.total, self.done, self.skipped = what, total, 0, 0
        self._started = time.monotonic()
        self._view = _view(self)

    def __enter__(self) -> "Steps":
        self._started = time.monotonic()
        look()
        self._view.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._view.end(complete=kind is None)

    def skip(self) -> None:
        """Count a piece that an earlier run finished: it does not enter the rate."""
        self.skipped += 1
        self.advance()

    def advance(self) -> None:
        """Count a piece. Between two pieces is the place to stop if that is wished."""
        self.done += 1
        self._view.changed()
        look()

    def say(self, message: str) -> None:
        """Tell people something that does not end the work: a line of its own, in either form."""
        self._view.say(message)

    def event(self) -> ProgressEvent:
        """Where the work stands now."""
        made = self.done - self.skipped
        rate = made / max(time.monotonic() - self._started, 1e-9) if made else None
        return ProgressEvent(
            stage=self.what,
            done=self.done,
            total=self.total,
            per_second=rate,
            seconds_left=max(0, self.total - self.done) / rate if rate else None,
        )


class _View(Protocol):
    def begin(self) -> None: ...
    def changed(self) -> None: ...
    def say(self, message: str) -> None: ...
    def end(self, complete: bool) -> None: ...


def _view(steps: Steps) -> _View:
    if _format == "json":
        return _Lines(steps, _EVENT_EVERY_S, _rounded_json, first=True)
    console = Console(stderr=True)
    return _Bar(steps, console) if console.is_terminal else _Lines(steps, _LINE_EVERY_S, _sentence)


class _Bar:
    def __init__(self, steps: Steps, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
        self._steps, self._bar = steps, Progress(*columns, TimeRemainingColumn(), console=console)
        self._task = self._bar.add_task(steps.what, total=steps.total)

    def begin(self) -> None:
        self._bar.start()

    def changed(self) -> None:
        self._bar.update(self._task, completed=self._steps.done)

    def say(self, message: str) -> None:
        self._bar.console.print(message, highlight=False, markup=False, soft_wrap=True)

    def end(self, complete: bool) -> None:
        self._bar.stop()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.2f}/s" if task.speed else "-/s")


class _Lines:
    """Writes a line every so often, and one at the end of complete work."""

    def __init__(
        self, steps: Steps, every_s: float, line: Callable[[ProgressEvent], str], first: bool = False
    ) -> None:
        self._steps, self._every_s, self._line, self._first = steps, every_s, line, first
        self._written, self._written_done = time.monotonic(), -1

    def begin(self) -> None:
        if self._first:
            self._write()

    def changed(self) -> None:
        if time.monotonic() - self._written >= self._every_s:
            self._write()

    def say(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    def end(self, complete: bool) -> None:
        if complete and self._steps.done != self._written_done:
            self._write()

    def _write(self) -> None:
        self._written, self._written_done = time.monotonic(), self._steps.done
        sys.stderr.write(self._line(self._steps.event()) + "\n")
        sys.stderr.flush()


def _sentence(at: ProgressEvent) -> str:
    left = f", {at.seconds_left:.0f} s left" if at.seconds_left and at.done < at.total else ""
    return f"{at.stage}: {at.done}/{at.total}, {at.per_second or 0:.2f}/s{left}"


def _rounded_json(at: ProgressEvent) -> str:
    numbers = {"per_second": at.per_second, "seconds_left": at.seconds_left}
    rounded = {name: None if number is None else round(number, 3) for name, number in numbers.items()}
    return at.model_copy(update=rounded).model_dump_json()
