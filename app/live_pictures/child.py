"""`python -m synthesis dimensions serve` of one bundle, as a process of its own: it holds the network."""

import asyncio
import contextlib
import json
import logging
import os
import signal
from pathlib import Path

from pydantic import BaseModel, ValidationError

from synthesis.bundle.dimensions import Level

START_LIMIT_S = 180.0  # a network's weights may have to be read from a slow disk
ANSWER_LIMIT_S = 30.0
LINE_LIMIT_BYTES = 2**20

log = logging.getLogger(__name__)


class ChildLostError(Exception):
    """The program ended, or gave no answer in time; the message says which."""


class Answer(BaseModel):
    """What the program says of one request: the level, or in `error` why there is none."""

    id: int | str | None
    level: Level | None = None
    error: str = ""
    seconds: float = 0.0


class ServingChild:
    """The running program. It answers one request at a time.

    If this process is killed, the system closes the program's standard input, which ends it.
    """

    def __init__(self, *command: str | Path, answer_limit_s: float = ANSWER_LIMIT_S) -> None:
        self._command, self._answer_limit_s = [str(word) for word in command], answer_limit_s
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._last_message = ""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the program and wait until it holds the network. Raises `ChildLostError`."""
        # A session of its own: Ctrl-C at the generator's terminal reaches the generator alone.
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LINE_LIMIT_BYTES,
        )
        self._listening = asyncio.create_task(self._listen(self._process.stderr))
        await self._line(START_LIMIT_S)

    async def make(self, request_id: int, original: str, dimension: str, target: float) -> Answer:
        """Raises `ChildLostError`; the program is of no use then."""
        asked = {"id": request_id, "original": original, "dimension": dimension, "target": target}
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._ended() from None
        line = await self._line(self._answer_limit_s)
        try:
            answer = Answer.model_validate_json(line)
        except ValidationError:
            said = "the synthesis program gave no answer: is it of the same version?"
            raise ChildLostError(said) from None
        if answer.id != request_id or (answer.level is None and not answer.error):
            raise ChildLostError("the synthesis program answered something else than was asked")
        return answer

    async def close(self) -> None:
        """End the program and whatever it has started; it has nothing to put in order."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        if self._listening:
            await asyncio.wait([self._listening])

    async def _line(self, limit_s: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), limit_s)
        except TimeoutError:
            raise ChildLostError(f"the synthesis program gave no answer for {limit_s:g} s") from None
        except ValueError:  # a line that is longer than any answer
            raise ChildLostError("the synthesis program said what is no answer") from None
        if not line:
            raise await self._ended()
        return line

    async def _ended(self) -> ChildLostError:
        """Why the program has ended, in its own words where it has left some."""
        assert self._process is not None and self._listening is not None
        await asyncio.wait([self._listening], timeout=1)
        return ChildLostError(
            self._last_message or "the synthesis program ended without a word (out of memory?)"
        )

    async def _listen(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while True:
            try:
                raw = await stream.readline()
            except ValueError:
                continue
            if not raw:
                return
            if line := raw.decode(errors="replace").strip():
                self._last_message = line
                log.info("%s", line)
