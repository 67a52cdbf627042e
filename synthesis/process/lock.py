"""One run at a time into a bundle or a training: a file lock in a folder, a lease at a remote address."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from upath import UPath

from synthesis.common.errors import StorageError, UserError
from synthesis.common.files import create, is_local, read, remove, write_atomically
from synthesis.common.json_file import loads
from synthesis.common.stopping import orderly

RENEWED_EVERY_S = 15.0
STALE_AFTER_S = 60.0


@contextmanager
def exclusive(root: UPath) -> Iterator[None]:
    """Keep other runs out of a bundle during the block.

    A killed run's file lock is gone with its process. Its lease is stale after a minute, or at once for a run
    on the same machine. Raises `UserError` if another run is at work.
    """
    if is_local(root):
        with _held(root / "journal", root, "run"):
            yield
    else:
        with orderly(), _lease(root):
            yield


@contextmanager
def exclusive_folder(folder: Path, work: str) -> Iterator[None]:
    """Hold a local folder's lock during the block; raise `UserError` if another `work` does."""
    with _held(folder, folder, work):
        yield


@contextmanager
def _held(folder: UPath | Path, shown: UPath | Path, work: str) -> Iterator[None]:
    """Hold the lock in `folder`, with a note beside it for whoever is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / ".holder"
    with orderly():
        try:
            with FileLock(str(folder / ".lock"), timeout=0):
                with suppress(StorageError):  # on a full disk the work itself says so
                    write_atomically(note, _bytes(_Lease.new()))
                try:
                    yield
                finally:
                    note.unlink(missing_ok=True)
        except Timeout:
            raise _refusal(shown, work, _read(note)) from None


@dataclass(frozen=True)
class _Lease:
    """Who writes, and since when. Times are in seconds since 1970, by the writer's clock."""

    run: str
    host: str
    process: int
    renewed_at: float
    begun_at: float | None = None

    @classmethod
    def new(cls) -> "_Lease":
        now = time.time()
        return cls(uuid4().hex, socket.gethostname(), os.getpid(), now, now)

    def __str__(self) -> str:
        since = ""
        if self.begun_at is not None:
            since = f", since {datetime.fromtimestamp(self.begun_at).astimezone():%Y-%m-%d %H:%M:%S}"
        return f"process {self.process} on {self.host}{since}"

    @property
    def alive(self) -> bool:
        if self.host == socket.gethostname() and _is_gone(self.process):
            return False
        return time.time() - self.renewed_at < STALE_AFTER_S


@contextmanager
def _lease(root: UPath) -> Iterator[None]:
    path = root / "lease.json"
    mine = _Lease.new()
    _take(path, mine)
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(path, mine, ended), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        held = _read(path)
        if held and held.run == mine.run:
            remove(path)


def _take(path: UPath, mine: _Lease) -> None:
    held = _read(path)
    if held and held.alive:
        raise _refusal(path.parent, "run", held)
    if held:
        remove(path)
    if not create(path, _bytes(mine)):
        raise _refusal(path.parent, "run", _read(path))


def _renew(path: UPath, mine: _Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY_S):
        try:
            write_atomically(path, _bytes(replace(mine, renewed_at=time.time())))
        except StorageError:
            continue  # the work itself will say it, or the next renewal succeeds


def _read(path: UPath | Path) -> _Lease | None:
    try:
        return _Lease(**loads(read(path)))
    except StorageError:
        raise
    except (FileNotFoundError, TypeError, ValueError):
        return None


def _bytes(lease: _Lease) -> bytes:
    return json.dumps(asdict(lease)).encode()


def _refusal(root: UPath | Path, work: str, holder: _Lease | None) -> UserError:
    who = f" ({holder})" if holder else ""
    return UserError(
        f"{root}: another {work}{who} is writing there; wait until it has finished, end it, or give another "
        "--out"
    )


def _is_gone(process: int) -> bool:
    """Whether there is no such process on this machine; signal 0 only asks, on systems that have it."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
