"""Running the program in processes of its own, and looking at the processes that it starts (Linux)."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
PATIENCE_S = 300.0


def start(*arguments: object, program: str = "tiny_program", **options: object) -> subprocess.Popen[str]:
    """`python -m synthesis ARGUMENTS` as a process; stderr and stdout are kept."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.synthesis.{program}", *map(str, arguments)],
        env=os.environ | ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def complete(*arguments: object, **options: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `python -m synthesis ARGUMENTS`."""
    process = start(*arguments, **options)
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, out, err


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not in {PATIENCE_S} s: {what}"
        time.sleep(0.02)


def descendants(process: int) -> dict[int, str]:
    """The command lines of a process's children, their children, and so on."""
    parents = dict(_parents())
    found: dict[int, str] = {}
    waiting = [process]
    while waiting:
        parent = waiting.pop()
        for child in (child for child, its in parents.items() if its == parent and child not in found):
            found[child] = _command(child)
            waiting.append(child)
    return found


def workers(process: int) -> set[int]:
    """The processes in which a run's tasks are performed: forked from Python's server, or Ray's."""
    found = descendants(process)
    servers = {child for child, command in found.items() if "multiprocessing.forkserver" in command}
    parents = dict(_parents())
    return {
        child
        for child, command in found.items()
        if parents.get(child) in servers or command.startswith("ray::perform_afar")
    }


def alive(process: int) -> bool:
    """Whether it exists and is not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
