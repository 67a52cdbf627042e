"""Large arrays that are freed and asked for again: in a process of its own, since the setting stays."""

import platform
import subprocess
import sys

import pytest

from synthesis.process import freed_memory

PROGRAM = """
import resource
import numpy as np
from synthesis.process.freed_memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(25_000_000, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(faults())
print(keep_freed_memory())
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_pages_are_fetched_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"NUMPY_MADVISE_HUGEPAGE": "0", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    usual, told, kept = done.stdout.split()
    assert told == "True"
    assert int(usual) > 10 * 20_000, "4 KiB pages of 100 MB, each time"
    assert int(kept) < 1_000


def test_a_library_without_the_setting_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda _: object())
    assert not freed_memory.keep_freed_memory()
