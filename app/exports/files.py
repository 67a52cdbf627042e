"""Where the files of an export go: into a folder, or into one zip. Files are written as streams, one by one.

The same files make the same zip, byte by byte: its entries say nothing of when they were written.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from synthesis.common.errors import StorageError
from synthesis.common.stopping import orderly

EARLIEST = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier moment


class Files(Protocol):
    """Takes files by their names, which may have folders in them (`data/trials.csv`), one after another."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]: ...


class FolderFiles:
    """The files of a folder that is not there yet under its name; `names` are those written so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names: list[str] = []

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        self.names.append(name)


@contextmanager
def into_folder(folder: Path) -> Iterator[FolderFiles]:
    """Files that appear in `folder` when all of them are written, and none of them if that fails.

    Raises `StorageError`.
    """
    aside, was_there = folder / f".export.{os.getpid()}.tmp", folder.exists()
    with orderly():
        try:
            aside.mkdir(parents=True)
            files = FolderFiles(aside)
            yield files
            for name in files.names:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (aside / name).replace(folder / name)
        except OSError as error:
            raise StorageError(f"{folder}: cannot be written ({error.strerror or error})") from None
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if not was_there:
                with suppress(OSError):
                    folder.rmdir()  # only where nothing was written into it


class ZipFiles:
    """The files of a zip, which `close` completes."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Written aside first: some writers ask where in the file they are, and a zip cannot tell."""
        with tempfile.TemporaryFile() as whole:
            yield whole
            whole.seek(0)
            with self._zip.open(zip_entry(name), "w", force_zip64=True) as entry:
                shutil.copyfileobj(whole, entry, 1 << 20)

    def close(self) -> None:
        self._zip.close()


def zip_entry(name: str) -> zipfile.ZipInfo:
    """An entry that depends on its name only."""
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole. Raises `StorageError`."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with orderly():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written ({error.strerror or error})") from None
        finally:
            aside.unlink(missing_ok=True)
