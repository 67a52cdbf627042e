"""A command of the synthesis program as a process of its own: its progress, its end, and ending it."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from synthesis.bundle.events import ProgressEvent, RunSummary, read_event

# The program itself takes at most `synthesis.common.stopping.GRACE_S`.
GRACE_S = 10.0
POLL_S = 0.05
LINE_LIMIT_BYTES = 2**20

log = logging.getLogger(__name__)


class Child:
    """The running command. Use as an asynchronous context manager: after the block nothing of it is left.

    Its standard input is a pipe that nothing is written to. If this process is killed, the system closes the
    pipe, which tells the command to stop (``--stop-with-stdin``).
    """

    def __init__(self, *command: str | Path) -> None:
        self._command = [str(word) for word in command]
        self.progress: ProgressEvent | None = None
        self.last_message = ""
        self._last_output = ""

    async def __aenter__(self) -> "Child":
        # A session of its own: Ctrl-C at the worker's terminal reaches the worker alone.
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LINE_LIMIT_BYTES,
        )
        self._reading = [asyncio.create_task(self._read_stdout()), asyncio.create_task(self._read_stderr())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._exit(), GRACE_S)
            self._kill_group()
        await self.ended()

    async def ended(self) -> None:
        """Wait until the command has ended by itself and everything that it said was read."""
        await self._exit()
        self._kill_group()  # whatever it left would keep its outputs open
        await asyncio.wait(self._reading)

    async def _exit(self) -> None:
        # Process.wait() of Python 3.11 waits for the outputs to be closed, too.
        while self._process.returncode is None:
            await asyncio.sleep(POLL_S)

    @property
    def error(self) -> str:
        """Empty if the command has ended well, else one line that says why it did not."""
        code = self._process.returncode
        if code == 0:
            return ""
        if code is not None and code < 0:
            return f"synthesis was killed by {signal.Signals(-code).name} (out of memory?)"
        return self.last_message or f"synthesis ended with code {code} and no message"

    @property
    def summary(self) -> RunSummary | None:
        """What the last line of its output says; None if that is no summary."""
        try:
            return RunSummary.model_validate_json(self._last_output)
        except ValidationError:
            return None

    def _kill_group(self) -> None:
        """End what is left of the command's processes. They have a group of their own, named by the first."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _read_stdout(self) -> None:
        async for line in _lines(self._process.stdout):
            self._last_output = line

    async def _read_stderr(self) -> None:
        async for line in _lines(self._process.stderr):
            if event := read_event(line):
                self.progress = event
            elif line:
                self.last_message = line
                log.info("%s", line)


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    assert stream is not None
    while True:
        try:
            raw = await stream.readline()
        except ValueError:  # a line longer than any that could mean something; it is passed over
            continue
        if not raw:
            return
        yield raw.decode(errors="replace").strip()
