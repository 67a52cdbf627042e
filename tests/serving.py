"""`metamerlab serve` in a process of its own, for what only a real server on a real socket shows."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_PATIENCE_S = 120


@dataclass(frozen=True)
class Served:
    port: int
    log_file: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def peak_memory_kib(self) -> int:
        """The most memory that the process has held so far. Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=START_PATIENCE_S)


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[Served]:
    """Serve until the end of the block. `settings` are named as in the environment, without METAMERLAB_."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    named = {f"METAMERLAB_{name}": value for name, value in settings.items()}
    environment = {**os.environ, "METAMERLAB_DATABASE_URL": database_url, **named}
    log = folder / "server.log"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with log.open("w") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)
    try:
        served = Served(port, log, process)
        _wait_until_up(served)
        yield served
    finally:
        process.terminate()
        process.wait()


def _wait_until_up(served: Served) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            httpx.get(f"{served.url}/static/favicon.svg")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{served.log}")
