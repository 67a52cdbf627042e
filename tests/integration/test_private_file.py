"""The file of an SQLite database can be read by its owner only."""

import asyncio
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import utc_now
from app.db.migrate import upgrade
from app.db.session import Database
from app.db.tables import Bundle


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _everybody_may_read() -> Iterator[None]:
    """What is created is open to all unless the program sees to it."""
    before = os.umask(0)
    yield
    os.umask(before)


async def write(url: str) -> list[Path]:
    """Write something; the files that the database has while it is open."""
    database = Database(url)
    async with database.writing() as session:
        session.add(Bundle(digest="d", path="p", model="m", layers=[], categories=[], ingested_at=utc_now()))
    files = sorted(Path(str(database.writers.engine.url.database)).parent.iterdir())
    assert {mode(file) for file in files} == {0o600}
    await database.close()
    return files


def test_a_new_database_and_its_folder_are_private(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'var' / 'new.db'}"
    upgrade(url)
    assert mode(tmp_path / "var") == 0o700
    files = asyncio.run(write(url))
    assert {file.name for file in files} == {"new.db", "new.db-wal", "new.db-shm"}


def test_an_existing_database_is_closed_to_others_with_one_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "old.db"
    url = f"sqlite+aiosqlite:///{file}"
    upgrade(url)
    folder_mode = mode(tmp_path)
    beside = [file, tmp_path / "old.db-wal", tmp_path / "old.db-shm"]
    for path in beside:
        path.touch()
        path.chmod(0o644)
    caplog.clear()
    upgrade(url)
    assert {mode(path) for path in beside if path.exists()} == {0o600}
    notes = [record for record in caplog.records if record.name == "app.db.files"]
    assert [note.levelno for note in notes] == [logging.WARNING]
    assert notes[0].getMessage() == (
        f"{file} could be read by others on this machine; from now on by its owner only"
    )
    # What else is in the folder may be meant for others.
    assert mode(tmp_path) == folder_mode
    caplog.clear()
    upgrade(url)
    assert not [record for record in caplog.records if record.name == "app.db.files"]
