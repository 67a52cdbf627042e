"""The synthesis program as a child of a command: it shares the terminal, and ends with whoever started it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from app.core.errors import Conflict
from synthesis.common.command_line import PROGRAM, Command, program_arguments
from synthesis.common.stopping import GRACE_S, Stopped, look, orderly

POLL_S = 0.1


def run_synthesis(called: Command) -> None:
    """Run a command of the synthesis program: a process of its own, since only that one loads torch.

    Its standard input is a pipe that nothing is written to. However this process ends, even by kill -9, the
    system closes it, and the program stops. Raises `Conflict` if it fails.
    """
    command = [*PROGRAM, *program_arguments(called, stop_with_stdin=True)]
    with orderly(grace_s=2 * GRACE_S):
        # A session of its own: of Ctrl-C it learns from this process alone.
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            while child.poll() is None:
                look()
                time.sleep(POLL_S)
        except Stopped as stopped:
            _stop(child)
            sys.exit(stopped.exit_code)  # the program has said that it was interrupted
        finally:
            _kill_group(child)
    if child.returncode:
        raise Conflict("synthesis_failed", f"`{' '.join(command[1:])}` failed; see its message above")


def ask_synthesis(called: Command) -> list[dict[str, Any]]:
    """What a quick command of the synthesis program prints: one JSON object per line.

    Raises `Conflict` with the program's own message if it fails.
    """
    command = [*PROGRAM, *program_arguments(called)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        message = done.stderr.strip().rpartition("\n")[2]
        raise Conflict("synthesis_failed", message or f"`{' '.join(command[1:4])}` failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """Let the program come to its own end, for as long as it may take."""
    assert child.stdin is not None
    child.stdin.close()
    deadline = time.monotonic() + GRACE_S + 1
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _kill_group(child: "subprocess.Popen[bytes]") -> None:
    """End what is left of the program's processes. They have a group of their own, named by the first."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
