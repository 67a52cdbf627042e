"""A real site for a real browser: the server in a process of its own, its database, studies on it."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.tokens import token_sha256
from app.db.migrate import upgrade
from app.db.session import Database
from app.experiments import service
from tests.accounts import make_account
from tests.support import build_tiny_bundle, study_yaml, word_study_yaml

ROOT = Path(__file__).parents[2]
START_PATIENCE_S = 120


@dataclass(frozen=True)
class Site:
    folder: Path
    base_url: str

    def create_study(
        self,
        name: str,
        naturals: int,
        kind: str = "picture",
        names: Mapping[str, Sequence[str]] | None = None,
        **fields: object,
    ) -> str:
        """Make a study of `naturals` pictures or sounds and open it; returns the live link.

        `names` may hold other `categories` and `layers` of its bundle.
        """
        folder = self.folder / f"bundle-{name}"
        bundle = build_tiny_bundle(folder, naturals, failed=frozenset(), kind=kind, **(names or {}))
        file = self.folder / f"{name}.yaml"
        write = word_study_yaml if kind == "sound" else study_yaml
        file.write_text(write(bundle, name=name, **fields))
        return self.open_study(file)

    def open_study(self, file: Path) -> str:
        """Make a study of its file and open it; returns the live link."""
        with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop running in this one
            code = thread.submit(asyncio.run, self._open_study(file)).result()
        return f"{self.base_url}/s/{code}"

    async def _open_study(self, file: Path) -> str:
        """Returns the code of the live link."""
        database = Database(self.database_url)
        try:
            async with database.writing() as session:
                study = await service.create_study(
                    session, COMMAND_LINE, service.check_study(file), utc_now()
                )
                await service.open_study(session, COMMAND_LINE, study.name, utc_now())
                links = await service.queries.links_of_study(session, study.id)
        finally:
            await database.close()
        return next(link.code for link in links if link.audience == "live")

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder / 'site.db'}"

    def make_owner(self) -> None:
        """The account of `tests.accounts`, if there is none yet."""
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._make_owner()).result()

    async def _make_owner(self) -> None:
        database = Database(self.database_url)
        try:
            async with database.writing() as session:
                await make_account(session)
        finally:
            await database.close()

    def run(self, *command: str) -> Any:
        """Run a `metamerlab` command; returns its JSON output."""
        call = [sys.executable, "-m", "app.cli", *command, "--json"]
        done = subprocess.run(call, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "METAMERLAB_DATABASE_URL": self.database_url,
            "METAMERLAB_BASE_URL": self.base_url,
            "METAMERLAB_BUNDLE_FOLDER": str(self.folder / "bundles"),
            "METAMERLAB_SPEC_FOLDER": str(self.folder),
            # All tests' participants come from one address within minutes; the other limits hold.
            "METAMERLAB_CONSENTS_PER_ADDRESS": "10000/600",
        }

    def query(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        connection = sqlite3.connect(self.folder / "site.db")
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def answers(self, session_token: str) -> list[sqlite3.Row]:
        """What is stored of one participant's trials, in the order of the plan; unanswered ones are null."""
        return self.query(
            "SELECT trial_index, phase, answer, rt_ms, timing FROM participants p"
            " JOIN planned_trials t ON t.participant_id = p.id"
            " LEFT JOIN responses r ON r.planned_trial_id = t.id"
            " WHERE p.token_sha256 = ? ORDER BY trial_index",
            token_sha256(session_token),
        )

    def events(self, session_token: str) -> list[str]:
        rows = self.query(
            "SELECT e.kind FROM events e JOIN participants p ON p.id = e.participant_id"
            " WHERE p.token_sha256 = ? ORDER BY e.id",
            token_sha256(session_token),
        )
        return [row["kind"] for row in rows]


@contextmanager
def serving(folder: Path, host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve an empty site from `folder` on a free port of `host`, until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site(folder, f"http://{host}:{port}")
    upgrade(site.database_url)
    call = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(call, cwd=ROOT, env=site.environment, stdout=log, stderr=log)
    try:
        _wait_until_up(site, server)
        yield site
    finally:
        server.terminate()
        server.wait()


def _wait_until_up(site: Site, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(f"{site.base_url}/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{(site.folder / 'server.log').read_text()}")
