"""The file of an SQLite database: it holds what people answered, so only its owner may read it."""

import logging
import shutil
from pathlib import Path

from sqlalchemy import make_url

OWNER_ONLY_FILE, OWNER_ONLY_FOLDER = 0o600, 0o700
SIDE_FILES = ("", "-wal", "-shm", "-journal")
MB = 1_000_000

log = logging.getLogger(__name__)


def sqlite_file(url: str) -> Path | None:
    """The database's file; None if it is another kind of database, or one in memory."""
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if is_file else None


def make_private(file: Path) -> None:
    """Create the database's file and folder for their owner alone, or close an existing file to all others.

    SQLite gives the files beside it, -wal and -shm, the permissions of the file itself. A folder that is
    there stays as it is, since other things may be in it.
    """
    if not file.parent.exists():
        file.parent.mkdir(parents=True, mode=OWNER_ONLY_FOLDER)
    file.touch(mode=OWNER_ONLY_FILE)
    open_to_others = [path for path in _files(file) if path.stat().st_mode & 0o077]
    for path in open_to_others:
        path.chmod(OWNER_ONLY_FILE)
    if open_to_others:
        log.warning("%s could be read by others on this machine; from now on by its owner only", file)


def _files(file: Path) -> list[Path]:
    return [path for suffix in SIDE_FILES if (path := file.with_name(file.name + suffix)).exists()]


def free_mb(file: Path) -> float:
    """Room on the file's disk, in MB (10^6 bytes)."""
    return shutil.disk_usage(file.parent).free / MB
