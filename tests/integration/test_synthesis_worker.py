"""Workers with the real synthesis program on a small network: progress, cancel, crash; on both databases."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Bundle, Stimulus, SynthesisRun
from app.synthesis_runs import execution, service
from app.synthesis_runs.worker import Worker
from synthesis.bundle.store import BundleStore
from tests.database import rows_of
from tests.integration.tiny_worker import PROGRAM
from tests.processes import children, runs
from tests.synthesis.networks import write_pictures

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

SPEC = "model: tiny\nlayers: [relu1, relu6]\nstimuli: stimuli\nmax_steps: 20\n"
SOME_SEEDS = "seeds_per_stimulus: 60\n"  # 240 items: several ticks of a worker, so that it is seen at work


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, bundle_folder=tmp_path / "bundles", worker_stale_seconds=3)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "TICK_S", 0.1)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder for specs: two pictures below `stimuli`."""
    write_pictures(tmp_path / "stimuli", ("bear", "dog"))
    return tmp_path


async def queue(database: Database, folder: Path, spec: str) -> int:
    async with database.writing() as session:
        return (await service.queue(session, COMMAND_LINE, "small", spec, folder, utc_now())).id


async def the_run(database: Database) -> SynthesisRun:
    (run,) = await rows_of(database, SynthesisRun)
    return run


async def wait_until(
    database: Database, condition: Callable[[SynthesisRun], bool], patience_s: float = 90
) -> SynthesisRun:
    for _ in range(round(patience_s / 0.1)):
        run = await the_run(database)
        if condition(run):
            return run
        await asyncio.sleep(0.1)
    pytest.fail(f"waited in vain; the run is {run.state}, {run.stage} {run.done}/{run.total}, {run.error}")


def makes_metamers(run: SynthesisRun) -> bool:
    return run.stage == "metamers" and (run.done or 0) > 0


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[Awaitable[int]]:
    """The worker at work; it is stopped at the end of the block."""
    task = asyncio.create_task(worker.work())
    try:
        yield task
    finally:
        worker.stopping.set()
        await task


def journal(settings: Settings) -> dict[str, int]:
    """When each finished item was written."""
    folder = settings.bundle_folder / "small" / "journal"
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}


async def test_a_run_is_carried_out_and_ingested(
    database: Database, settings: Settings, pictures: Path
) -> None:
    await queue(database, pictures, SPEC)
    assert await Worker(database, settings, PROGRAM).work(once=True) == 1
    run = await the_run(database)
    assert (run.state, run.error, run.attempt) == ("finished", None, 1)
    (bundle,) = await rows_of(database, Bundle)
    assert (run.bundle_id, bundle.path) == (bundle.id, str(settings.bundle_folder / "small"))
    stimuli = await rows_of(database, Stimulus)
    metamers = [row for row in stimuli if row.condition != "natural"]
    assert (len(stimuli), len(metamers)) == (6, 4)
    assert run.summary["items"] == 4
    assert run.summary["passed"] == sum(row.certified for row in metamers)
    sheet = settings.bundle_folder / "small" / "contact_sheet.png"
    assert sheet.read_bytes().startswith(b"\x89PNG")


async def test_a_run_that_cannot_be_made_fails_with_one_line(
    database: Database, settings: Settings, pictures: Path
) -> None:
    await queue(database, pictures, SPEC)
    assert await Worker(database, settings).work(once=True) == 1  # the program itself knows no such network
    run = await the_run(database)
    assert run.state == "failed"
    assert (run.error or "").startswith("unknown model 'tiny'; known models: ")
    assert len((run.error or "").splitlines()) == 1
    assert not settings.bundle_folder.exists()


async def test_a_bundle_that_is_not_as_it_should_be_is_not_ingested(
    database: Database, settings: Settings, pictures: Path, tmp_path: Path
) -> None:
    program = tmp_path / "liar.py"
    program.write_text('print(\'{"items": 1, "passed": 1, "failed": 0, "seconds": 1}\')')
    await queue(database, pictures, SPEC)
    await Worker(database, settings, (sys.executable, str(program))).work(once=True)
    run = await the_run(database)
    assert run.state == "failed"
    assert "no such folder" in (run.error or "")
    assert await rows_of(database, Bundle) == []


SLEEPER = """
import os, sys, time
print('{{"event": "progress", "stage": "metamers", "done": 1, "total": 2}}', file=sys.stderr, flush=True)
open({file!r}, "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> tuple[str, str]:
    """A program that says how far it is and then does nothing for long; it leaves its id in `sleeper.pid`."""
    file = tmp_path / "sleeper.py"
    file.write_text(SLEEPER.format(file=str(tmp_path / "sleeper.pid")))
    return sys.executable, str(file)


async def test_a_worker_that_is_told_to_stop_puts_its_run_back(
    database: Database, settings: Settings, tmp_path: Path, sleeper: tuple[str, str]
) -> None:
    await queue(database, tmp_path, SPEC)
    async with working(Worker(database, settings, sleeper)):
        await wait_until(database, makes_metamers)
    run = await the_run(database)
    assert (run.state, run.stage, run.error, run.losses) == ("queued", None, None, 0)
    assert not runs(int((tmp_path / "sleeper.pid").read_text()))


async def test_a_run_is_cancelled_at_work(
    database: Database, settings: Settings, tmp_path: Path, sleeper: tuple[str, str]
) -> None:
    run_id = await queue(database, tmp_path, SPEC)
    async with working(Worker(database, settings, sleeper)):
        await wait_until(database, makes_metamers)
        async with database.writing() as session:
            await service.cancel(session, COMMAND_LINE, run_id, utc_now(), timedelta(seconds=60))
        run = await wait_until(database, lambda run: run.state == "cancelled")
        assert not runs(int((tmp_path / "sleeper.pid").read_text()))
    assert run.error is None


async def test_a_worker_whose_run_was_taken_over_stops_its_program_and_changes_nothing(
    database: Database, settings: Settings, tmp_path: Path, sleeper: tuple[str, str]
) -> None:
    await queue(database, tmp_path, SPEC)
    async with working(Worker(database, settings, sleeper)):
        await wait_until(database, makes_metamers)
        async with database.writing() as session:
            later = utc_now() + timedelta(hours=1)
            assert await service.take(session, "there", 1, later, timedelta(seconds=60))
        while runs(int((tmp_path / "sleeper.pid").read_text())):
            await asyncio.sleep(0.05)
    run = await the_run(database)
    assert (run.state, run.host, run.attempt) == ("running", "there", 2)


@contextmanager
def worker_process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "METAMERLAB_DATABASE_URL": settings.database_url,
        "METAMERLAB_BUNDLE_FOLDER": str(settings.bundle_folder),
        "METAMERLAB_WORKER_STALE_SECONDS": str(settings.worker_stale_seconds),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.tiny_worker"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_after_kill_9_of_a_worker_the_program_stops_and_another_worker_finishes(
    database: Database, settings: Settings, pictures: Path
) -> None:
    await queue(database, pictures, SPEC + SOME_SEEDS)
    with worker_process(settings) as process:
        run = await wait_until(database, makes_metamers)
        assert (run.pid, run.total) == (process.pid, 240)
        assert (run.per_second or 0) > 0
        assert (run.seconds_left or 0) > 0
        (program,) = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
    while runs(program):  # without anybody to stop it, it would go on to the end
        await asyncio.sleep(0.05)
    assert not BundleStore(settings.bundle_folder / "small").finished
    kept = journal(settings)
    assert len(kept) > 2
    assert (await the_run(database)).state == "running"

    async with working(Worker(database, settings, PROGRAM)):
        run = await wait_until(database, lambda run: run.state not in ("running", "queued"))
    assert (run.state, run.error, run.attempt, run.losses) == ("finished", None, 2, 1)
    assert run.summary["items"] == 240
    assert kept.items() <= journal(settings).items(), "what was finished is not made again"
    assert len(await rows_of(database, Bundle)) == 1


@contextmanager
def database_away(server: str) -> Iterator[None]:
    """Postgres breaks all connections to the tests' database and takes no new ones, until the block ends."""
    with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
        connection.execute("ALTER DATABASE metamerlab ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'metamerlab'"
        )
        try:
            yield
        finally:
            connection.execute("ALTER DATABASE metamerlab ALLOW_CONNECTIONS true")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_run_outlives_a_short_absence_of_its_database_and_is_given_up_in_a_long_one(
    database: Database, settings: Settings, tmp_path: Path, postgres_server: str, sleeper: tuple[str, str]
) -> None:
    await queue(database, tmp_path, SPEC)
    pid_file = tmp_path / "sleeper.pid"
    async with working(Worker(database, settings, sleeper)):
        await wait_until(database, makes_metamers)
        first = int(pid_file.read_text())
        with database_away(postgres_server):
            await asyncio.sleep(1)
        back = utc_now()
        await wait_until(database, lambda run: run.heartbeat_at is not None and run.heartbeat_at > back)
        assert runs(first)
        with database_away(postgres_server):
            while runs(first):
                await asyncio.sleep(0.05)
        run = await wait_until(database, lambda run: run.attempt == 2)
        assert (run.state, run.losses) == ("running", 1), "taken anew as soon as there is a database"
