"""A bundle's folder: content-addressed blobs, a journal of finished items, and the manifest written last.

The manifest's presence means that the bundle is finished. Until then `journal/` holds one record per finished
item, so an interrupted run continues where it stopped.
"""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from synthesis.bundle.errors import BundleError
from synthesis.bundle.manifest import Blob, Manifest, MediaType

_SHA256 = re.compile("[0-9a-f]{64}")


class BundleStore:
    """Reads and writes one bundle folder. Every write is atomic (temporary file, fsync, rename)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def manifest_path(self) -> Path:
        return self.root / "manifest.json"

    @property
    def finished(self) -> bool:
        return self.manifest_path.is_file()

    def put_blob(self, data: bytes, media_type: MediaType) -> Blob:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.blob_path(sha256)
        if not path.is_file() or path.read_bytes() != data:
            write_atomically(path, data)
        return Blob(sha256=sha256, media_type=media_type, size_bytes=len(data))

    def blob_path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise BundleError(f"{self.root}: {sha256!r} is not the name of a blob")
        return self.root / "blobs" / sha256

    def read_blob(self, sha256: str) -> bytes:
        """The blob's bytes. Raises `BundleError` if it is missing or its bytes do not fit its name."""
        path = self.blob_path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BundleError(
                f"{path}: cannot be read ({error.strerror}); restore or remake the bundle"
            ) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BundleError(f"{path}: its bytes were changed; restore or remake the bundle")
        return data

    def put_record(self, key: str, record: dict[str, Any]) -> None:
        write_atomically(self._record_path(key), json.dumps(record).encode())

    def get_record(self, key: str) -> dict[str, Any] | None:
        """A journal record, or None if there is none or if it cannot be read (it is then made again)."""
        try:
            record = json.loads(self._record_path(key).read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def _record_path(self, key: str) -> Path:
        return self.root / "journal" / f"{key}.json"

    def write_manifest(self, manifest: Manifest) -> Manifest:
        """Seal and write the manifest, which finishes the bundle."""
        sealed = manifest.sealed()
        write_atomically(self.manifest_path, sealed.model_dump_json(indent=1).encode())
        return sealed

    def read_manifest(self) -> Manifest:
        """The manifest. Raises `BundleError` if it is missing, malformed, or was changed."""
        path = self.manifest_path
        if not self.root.is_dir():
            raise BundleError(f"{self.root}: no such folder; give one that `python -m synthesis run` wrote")
        if not path.is_file():
            raise BundleError(f"{self.root}: no manifest.json: an unfinished run; start it again to continue")
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise BundleError(f"{path}: not a bundle manifest: {field}: {first['msg']}") from None
        if manifest.content_digest() != manifest.digest:
            raise BundleError(f"{path}: its content was changed; restore or remake the bundle")
        return manifest


def write_atomically(path: Path, data: bytes) -> None:
    """Write so that a reader, or a crash, sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
