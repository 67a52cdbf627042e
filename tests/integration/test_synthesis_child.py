"""The synthesis program as a process of its own, whatever it does."""

import asyncio
import sys

import pytest

from app.synthesis_runs import child
from app.synthesis_runs.child import Child
from tests.processes import runs

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]


def program(*lines: str) -> tuple[str, str, str]:
    return sys.executable, "-c", "\n".join(("import os, signal, subprocess, sys, time", *lines))


async def ended(*command: str) -> Child:
    async with Child(*command) as running:
        await running.ended()
    return running


async def test_the_last_message_is_the_error() -> None:
    done = await ended(
        *program(
            "print('first', file=sys.stderr)",
            "print('the reason', file=sys.stderr)",
            'print(\'{"event": "progress", "stage": "a", "done": 1, "total": 2}\', file=sys.stderr)',
            "sys.exit(1)",
        )
    )
    assert done.error == "the reason"
    assert done.progress is not None
    assert (done.progress.stage, done.progress.done) == ("a", 1)
    assert done.summary is None


async def test_an_end_without_a_word_is_described() -> None:
    assert (await ended(*program("sys.exit(3)"))).error == "synthesis ended with code 3 and no message"
    killed = await ended(*program("os.kill(os.getpid(), signal.SIGKILL)"))
    assert killed.error == "synthesis was killed by SIGKILL (out of memory?)"


async def test_long_lines_and_other_bytes_do_no_harm() -> None:
    done = await ended(
        *program(
            "sys.stderr.write('x' * 5_000_000 + chr(10))",
            "sys.stderr.buffer.write(bytes([255, 10]))",
            "sys.stderr.flush()",
            'print(\'{"items": 2, "passed": 1, "failed": 1, "seconds": 0.5}\')',
        )
    )
    assert done.error == ""
    assert done.last_message == "\ufffd"
    assert done.summary is not None
    assert done.summary.passed == 1


async def test_nothing_is_left_of_a_program_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE_S", 0.2)
    deaf = program(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "print(os.getpid(), helper.pid, file=sys.stderr, flush=True)",
        "time.sleep(600)",
    )
    async with Child(*deaf) as running:
        while not running.last_message:
            await asyncio.sleep(0.01)
    for pid in map(int, running.last_message.split()):
        while runs(pid):
            await asyncio.sleep(0.01)


async def test_what_a_program_leaves_behind_does_not_keep_it_waiting() -> None:
    done = await ended(
        *program(
            "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
            "print(helper.pid, file=sys.stderr, flush=True)",
        )
    )
    assert done.error == ""
    while runs(int(done.last_message)):
        await asyncio.sleep(0.01)
