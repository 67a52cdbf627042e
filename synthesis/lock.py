"""One run at a time into a bundle or a training: a file lock in a folder, a lease at a remote address."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from upath import UPath

from synthesis.bundle.errors import StorageError, UserError
from synthesis.bundle.files import create, is_local, read, remove, write_atomically
from synthesis.bundle.json_file import loads

RENEWED_EVERY_S = 15.0
STALE_AFTER_S = 60.0


@contextmanager
def exclusive(root: UPath) -> Iterator[None]:
    """Keep other runs out of a bundle during the block.

    A killed run's file lock is gone with its process. Its lease is stale after a minute, or at once for a run
    on the same machine. Raises `UserError` if another run is at work.
    """
    if is_local(root):
        refusal = _refusal(root, "another run is writing into this bundle")
        with exclusive_folder(root / "journal", refusal):
            yield
    else:
        with _lease(root):
            yield


@contextmanager
def exclusive_folder(folder: UPath | Path, refusal: UserError) -> Iterator[None]:
    """Hold a local folder's lock during the block; raise `refusal` if another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(str(folder / ".lock"), timeout=0):
            yield
    except Timeout:
        raise refusal from None


@dataclass(frozen=True)
class _Lease:
    """Who writes into a bundle. `renewed_at` is in seconds since 1970, by the writer's clock."""

    run: str
    host: str
    process: int
    renewed_at: float

    @property
    def alive(self) -> bool:
        if self.host == socket.gethostname() and _is_gone(self.process):
            return False
        return time.time() - self.renewed_at < STALE_AFTER_S


@contextmanager
def _lease(root: UPath) -> Iterator[None]:
    path = root / "lease.json"
    mine = _Lease(uuid4().hex, socket.gethostname(), os.getpid(), time.time())
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
        who = f"process {held.process} on {held.host}"
        raise _refusal(path.parent, f"another run ({who}) is writing into this bundle")
    if held:
        remove(path)
    if not create(path, _bytes(mine)):
        raise _refusal(path.parent, "another run has just begun to write into this bundle")


def _renew(path: UPath, mine: _Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY_S):
        try:
            write_atomically(path, _bytes(_Lease(mine.run, mine.host, mine.process, time.time())))
        except StorageError:
            continue  # the work itself will say it, or the next renewal succeeds


def _read(path: UPath) -> _Lease | None:
    try:
        return _Lease(**loads(read(path)))
    except StorageError:
        raise
    except (FileNotFoundError, TypeError, ValueError):
        return None


def _bytes(lease: _Lease) -> bytes:
    return json.dumps(asdict(lease)).encode()


def _refusal(root: UPath, why: str) -> UserError:
    return UserError(f"{root}: {why}; wait until it has finished, or give another --out")


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
