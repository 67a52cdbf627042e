"""Has uploaded files examined in a process of their own, which is started again when one brings it down."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.stimulus_sets.examining.findings import Findings

PROGRAM = (sys.executable, "-m", "app.stimulus_sets.examining.program")
PATIENCE_S = 60.0
# One thread per process: several would ask for memory that the limit counts.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Examiner:
    """Examines one file at a time, whatever thread asks. Its process is started at the first file."""

    def __init__(self, program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S) -> None:
        self._program, self._patience_s = program, patience_s
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        # Who waits for a turn here keeps no thread that others need.
        self.turns = ThreadPoolExecutor(1, "examiner")

    def examine(self, medium: str, source: Path, name: str, out: Path) -> Findings:
        """What was found; if the file was not refused, `out` holds it as it is kept."""
        asked = {"medium": medium, "source": str(source), "name": name, "out": str(out)}
        with self._turn:
            answer = self._ask(json.dumps(asked).encode() + b"\n")
            if answer:
                return Findings.of_json(json.loads(answer))
            self._end()
        return Findings.refusal(
            f"ended the program that reads it, or kept it busy for {self._patience_s:g} s; "
            "save it again in another format, or leave it out"
        )

    def _ask(self, line: bytes) -> bytes:
        """The answer's line; empty if the process ended or was late."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Timer(self._patience_s, process.kill)
        late.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            return process.stdout.readline()
        except BrokenPipeError:
            return b""
        finally:
            late.cancel()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603
                self._program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **ONE_THREAD},
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._turn:
            self._end()


examiner = Examiner()
