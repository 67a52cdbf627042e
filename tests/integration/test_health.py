"""The health check says when answers can no longer be stored, and what keeps them from it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.config import Settings
from app.db.session import Database
from app.main import create_app
from app.web import health
from tests.http import new_client

pytestmark = pytest.mark.anyio

# A disk of 8 MB with a database on it, which something else fills up.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=8m tmpfs "$DISK" || exit 77
exec "$@"
"""


async def test_a_server_that_can_write_is_well_and_has_written_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.reading() as session:
        before = (await session.execute(text("SELECT version_num FROM alembic_version"))).all()
    response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    async with database.reading() as session:
        assert (await session.execute(text("SELECT version_num FROM alembic_version"))).all() == before


async def test_a_database_that_others_keep_locked_is_not_waited_for(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    monkeypatch.setattr(health, "FRESH_S", 0)
    async with database.writing() as session:
        await session.execute(text("DELETE FROM alembic_version WHERE version_num = ''"))
        if database.writers.engine.dialect.name == "postgresql":
            await session.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        responses = await asyncio.gather(*(client.get("/healthz") for _ in range(20)))
        for response in responses:
            assert (response.status_code, response.json()) == (503, FAILING_DATABASE)
    monkeypatch.undo()
    assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_is_not_ready_is_named(client: httpx.AsyncClient, database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE alembic_version RENAME TO elsewhere"))
    response = await client.get("/healthz")
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO alembic_version"))
    assert (response.status_code, response.json()) == (503, FAILING_DATABASE)


async def test_a_postgres_that_only_reads_is_named(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    app = create_app(Settings(database_url=migrated_postgres))
    async with app.router.lifespan_context(app), new_client(app) as client:
        assert (await client.get("/healthz")).json() == FAILING_DATABASE


async def test_many_who_ask_at_once_are_one_write(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    async def write(database: Database) -> None:
        written.append(database)

    monkeypatch.setattr(health, "write_and_take_back", write)
    monkeypatch.setattr(health, "FRESH_S", 3600)
    responses = await asyncio.gather(*(client.get("/healthz") for _ in range(50)))
    assert {response.status_code for response in responses} == {200}
    assert len(written) == 1


async def test_a_disk_that_is_nearly_full_is_named_before_it_is_full(
    sqlite_template: Path, tmp_path: Path
) -> None:
    settings = Settings(database_url=f"sqlite+aiosqlite:///{sqlite_template}", min_free_mb=1e9)
    app = create_app(settings)
    async with app.router.lifespan_context(app), new_client(app) as client:
        response = await client.get("/healthz")
        assert (response.status_code, response.json()) == (503, {"status": "failing", "failing": ["disk"]})
        assert str(sqlite_template.parent) not in response.text


def test_a_full_disk_and_one_that_is_read_only(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    own_disk = ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]
    done = subprocess.run(
        [*own_disk, sys.executable, "-m", "tests.integration.health_on_small_disk"],
        env={**os.environ, "DISK": str(disk), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip("this system lets users mount no disk of their own")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "at first: 200 {'status': 'ok'}",
        "full: 503 {'status': 'failing', 'failing': ['database']}",
        "room again: 200 {'status': 'ok'}",
        "read-only: 503 {'status': 'failing', 'failing': ['database']}",
    ]


FAILING_DATABASE = {"status": "failing", "failing": ["database"]}
