"""The files of stimulus sets on disk, below one folder that the workers see too.

`.files/SET/SHA256` are the files that are kept, `.coming/SET` what is being uploaded, and
`NAME/CATEGORY/FILE` the set as synthesis reads it, which is made of the same files when it is ready.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.errors import Conflict, TooLarge
from app.stimulus_sets.schemas import MB

FOLDER = "sets"  # in the folder of specs, so that specs can name it
CHUNK_BYTES = 2**20
ARCHIVE = "archive.zip"


class SetStorage:
    """The files of all sets; `spec_folder` is that of the settings."""

    def __init__(self, spec_folder: Path) -> None:
        self.root = spec_folder / FOLDER

    def folder(self, name: str) -> Path:
        """The set as synthesis reads it: a sub-folder per category."""
        return self.root / name

    def kept(self, set_id: int, sha256: str) -> Path:
        return self.root / ".files" / str(set_id) / sha256

    def coming(self, set_id: int) -> Path:
        return self.root / ".coming" / str(set_id)

    def archive(self, set_id: int) -> Path:
        return self.coming(set_id) / ARCHIVE

    @contextmanager
    def temporary(self, set_id: int) -> Iterator[Path]:
        """A folder of one upload, which is gone afterwards whatever happens."""
        with full_disk_told():
            self.coming(set_id).mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self.coming(set_id)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, set_id: int, file: Path) -> tuple[str, int]:
        """Move an examined file to its place; its digest and size in bytes."""
        with full_disk_told():
            sha256, size_bytes = digest_of(file)
            flush(file)
            place = self.kept(set_id, sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
            return sha256, size_bytes

    def lay_out(self, set_id: int, name: str, files: Collection[tuple[str, str, str]]) -> None:
        """Make the set's folder of (category, file name, digest); it appears whole, or not at all."""
        with self.temporary(set_id) as temporary, full_disk_told():
            whole = temporary / "whole"
            for category, file_name, sha256 in files:
                place = whole / category / file_name
                place.parent.mkdir(parents=True, exist_ok=True)
                _link(self.kept(set_id, sha256), place)
            shutil.rmtree(self.folder(name), ignore_errors=True)
            whole.rename(self.folder(name))
        self._prune(set_id, {sha256 for _, _, sha256 in files})
        shutil.rmtree(self.coming(set_id), ignore_errors=True)

    def _prune(self, set_id: int, known: set[str]) -> None:
        """Remove what an upload kept whose row was not stored."""
        for file in self.kept(set_id, "x").parent.iterdir():
            if file.name not in known:
                file.unlink(missing_ok=True)

    def remove(self, set_id: int, name: str) -> None:
        """Remove all files of a set that the database no longer knows."""
        for folder in (self.folder(name), self.kept(set_id, "x").parent, self.coming(set_id)):
            shutil.rmtree(folder, ignore_errors=True)

    def drop(self, set_id: int, sha256: str) -> None:
        self.kept(set_id, sha256).unlink(missing_ok=True)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Raises `Conflict` where a file cannot be written: what was finished before is kept."""
    try:
        yield
    except OSError as error:
        raise Conflict(
            "disk_full",
            f"the server's disk takes no more ({error.strerror or error}); "
            "what was finished is kept: upload the rest when there is room",
        ) from error


async def receive(chunks: AsyncIterator[bytes], file: Path, most_bytes: int, what: str) -> tuple[str, int]:
    """Write what comes to a file, never holding more than a chunk; its SHA-256 and size in bytes.

    Raises `TooLarge` as soon as it is, and `Conflict` if the disk is full.
    """
    digest, size_bytes = hashlib.sha256(), 0
    with full_disk_told():
        opened = file.open("wb")
    with opened:
        async for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > most_bytes:
                raise TooLarge("too_large", f"{what} has more than {most_bytes / MB:g} MB; make it smaller")
            digest.update(chunk)
            with full_disk_told():
                await asyncio.to_thread(opened.write, chunk)
    return digest.hexdigest(), size_bytes


def digest_of(file: Path) -> tuple[str, int]:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), file.stat().st_size


def flush(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _link(kept: Path, place: Path) -> None:
    """A second name of the same file; a copy where the disk knows no such names."""
    with suppress(OSError):
        os.link(kept, place)
        return
    shutil.copyfile(kept, place)
