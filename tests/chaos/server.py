"""`metamerlab serve`, which is killed without warning and started again. Linux only."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_PATIENCE_S = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`public_url` is where participants reach it."""

    folder: Path
    database_url: str
    public_url: str
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "METAMERLAB_DATABASE_URL": self.database_url,
            "METAMERLAB_BASE_URL": self.public_url,
            "METAMERLAB_RATE_LIMITS": "false",  # all people come from one address
        }
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        await self._until_it_answers(self.process)

    def kill(self) -> None:
        """End it, and all processes that it started, as a power cut does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    async def _until_it_answers(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        async with httpx.AsyncClient(base_url=self.url, verify=False) as client:
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    if (await client.get("/healthz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{(self.folder / 'server.log').read_text()[-2000:]}")


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[None]:
    try:
        await server.start()
        yield
    finally:
        server.kill()
