"""Files in a local folder or at any address that fsspec knows (s3://bucket/prefix, memory://...).

A remote place needs its library (s3fs for s3://) and finds its keys and endpoint where that library looks for
them, for S3 in the AWS_* variables and files.

Remote files go through fsspec's own calls, one request each. A path's methods open a file instead, which
takes more requests, fails if another process replaces it in between, and hides why a place is out of reach.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

from synthesis.common.errors import StorageError, UserError
from synthesis.common.stopping import orderly

# A full disk, a used-up quota (which Windows does not know), a limit on the size of files.
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


def place(root: str | Path) -> UPath:
    """A folder's path, or the path of an address with "://". Raises `UserError` if no library knows it."""
    try:
        # A listing must show what other processes have put meanwhile.
        path = UPath(root, use_listings_cache=False) if "://" in str(root) else UPath(root)
        path.fs  # noqa: B018 - loads the library
    except (ValueError, ImportError) as error:
        hint = "; pip install 'metamerlab[s3]' brings S3" if isinstance(error, ImportError) else ""
        raise UserError(f"{root}: cannot be opened ({error}){hint}") from None
    return UPath(path.path) if path.protocol in ("file", "local") else path


def is_local(path: UPath | Path) -> bool:
    return isinstance(path, Path)


def write_atomically(path: UPath | Path, data: bytes) -> None:
    """Write so that a reader, or a crash, sees the old file or the new one, never a part.

    A local file is written aside, flushed to the disk and renamed; a remote one is put in one piece.
    Raises `StorageError` when the place is full, forbidden or out of reach; nothing is left of the attempt.
    """
    with _one_line(path, "written"):
        if isinstance(path, Path):
            _replace(path, data)
        else:
            path.fs.pipe_file(path.path, data)


def create(path: UPath, data: bytes) -> bool:
    """Write a remote file that is not there yet; False if it is, however closely another was ahead."""
    with _one_line(path, "written"):
        try:
            path.fs.pipe_file(path.path, data, mode="create")
        except FileExistsError:
            return False
    return True


def remove(path: UPath) -> None:
    """Remove a file; it may be gone already."""
    with _one_line(path, "removed"):
        path.unlink(missing_ok=True)


def read(path: UPath | Path) -> bytes:
    """A file's bytes. Raises `FileNotFoundError`, or `StorageError` for any other reason."""
    with _one_line(path, "read", missing_is_an_answer=True):
        if isinstance(path, Path):
            return path.read_bytes()
        # One request; opening the file would be two, and fail if it was replaced in between.
        data: bytes = path.fs.cat_file(path.path)
        return data


def exists(path: UPath | Path) -> bool:
    """Whether the file is there. Raises `StorageError` when that cannot be told."""
    if isinstance(path, Path):
        return path.is_file()
    try:
        with _one_line(path, "looked for", missing_is_an_answer=True):
            path.fs.info(path.path)
    except FileNotFoundError:
        return False
    return True


def sizes(folder: UPath) -> dict[str, int]:
    """Name and size in bytes of each file in a folder, by one listing; empty if there is no such folder."""
    with _one_line(folder, "listed"):
        found = folder.fs.find(folder.path, maxdepth=1, detail=True)
    return {name.rsplit("/", 1)[-1]: info["size"] for name, info in found.items()}


def read_many(folder: UPath, names: Iterable[str]) -> dict[str, bytes]:
    """The bytes of several files of a folder, read at once where the place can; missing ones are left out."""
    paths = [(folder / name).path for name in names]
    if not paths:
        return {}
    with _one_line(folder, "read"):
        found = folder.fs.cat(paths, on_error="omit")
    return {name.rsplit("/", 1)[-1]: data for name, data in found.items()}


def remove_leftovers(folder: UPath) -> None:
    """Remove what killed processes left half-written in a local folder. No other process may write there."""
    if isinstance(folder, Path):
        for path in folder.glob(".*.tmp"):
            path.unlink(missing_ok=True)


@contextmanager
def _one_line(path: UPath | Path, done: str, missing_is_an_answer: bool = False) -> Iterator[None]:
    """Turn whatever goes wrong with storage into a `StorageError`."""
    try:
        yield
    except OSError as error:
        if missing_is_an_answer and isinstance(error, FileNotFoundError):
            raise
        advice = (
            "free some space and run the same command again: what is finished is kept"
            if error.errno in _FULL
            else "mend that and run the same command again"
        )
        raise StorageError(f"{path}: cannot be {done} ({error.strerror or error}); {advice}") from None
    except Exception as error:  # each remote library has errors of its own, without a common ancestor
        if is_local(path):
            raise
        reason = " ".join(str(error).split())
        raise StorageError(f"{path}: cannot be {done} ({type(error).__name__}: {reason})") from None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with orderly():
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
