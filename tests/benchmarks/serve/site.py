"""A site of its own for one measurement: a database, an open study, and `metamerlab serve` on a free port."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import build_tiny_bundle, study_yaml

ROOT = Path(__file__).parents[3]
STUDY = "bench"
PRACTICE, MAIN = 4, 60
START_PATIENCE_S = 60
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Site:
    folder: Path
    database_url: str
    port: int
    workers: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "METAMERLAB_DATABASE_URL": self.database_url,
            "METAMERLAB_BASE_URL": self.url,
            "METAMERLAB_RATE_LIMITS": "false",  # all people come from one address
        }

    def run(self, *command: str) -> Any:
        """What a `metamerlab` command prints as JSON."""
        call = [sys.executable, "-m", "app.cli", *command, "--json"]
        done = subprocess.run(call, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"metamerlab {' '.join(command)}: {done.stderr}")
        return json.loads(done.stdout)

    def open_study(self) -> str:
        """Returns the code of the live link."""
        bundle = build_tiny_bundle(self.folder / "bundle", PRACTICE + MAIN, failed=frozenset())
        file = self.folder / "study.yaml"
        file.write_text(study_yaml(bundle, name=STUDY, practice_trials=PRACTICE))
        self.run("study", "create", str(file))
        link: str = self.run("study", "open", STUDY)["links"]["live"]
        return link.rpartition("/")[2]

    @contextlib.contextmanager
    def serving(self) -> Iterator[int]:
        """The server's process, as the command starts it."""
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)]
        if self.workers > 1:
            command += ["--workers", str(self.workers)]
        with (self.folder / "server.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            self._wait(process)
            yield process.pid
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"the server did not start: {(self.folder / 'server.log').read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processes(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _processes(int(child))


def cpu_s(pid: int) -> float:
    """Processor time of the server's processes so far."""
    ticks = 0
    for each in _processes(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_S


def peak_mib(pid: int) -> list[int]:
    """The largest memory that each of the server's processes has held; the first is the server itself."""
    found = []
    for each in _processes(pid):
        status = Path(f"/proc/{each}/status").read_text()
        found += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    return [round(kib / 1024) for kib in found]
