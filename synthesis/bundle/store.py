"""A bundle: content-addressed blobs, a journal of finished items, and the manifest written last.

The manifest's presence means that the bundle is finished. Until then `journal/` holds one record per finished
item, so an interrupted run continues where it stopped.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from upath import UPath

from synthesis.bundle.manifest import Blob, Manifest, MediaType, Sealed
from synthesis.common.errors import BundleError, StorageError
from synthesis.common.files import (
    exists,
    is_local,
    place,
    read,
    read_many,
    remove_leftovers,
    sizes,
    write_atomically,
)
from synthesis.common.json_file import first_problem, loads

# More than any bundle needs, and less than a machine's memory.
MANIFEST_LIMIT = 500_000_000  # bytes
AnyManifest = TypeVar("AnyManifest", bound=Sealed)
# What a bundle holds, by the name of its format.
_KINDS = {
    "metamerlab-bundle": "stimuli",
    "metamerlab-graphs": "graphs",
    "metamerlab-dimensions": "dimensions",
}
_SHA256 = re.compile("[0-9a-f]{64}")


def _another(found: str, kind: type[Sealed]) -> str:
    """What to say of a manifest of the format `found` where one of `kind` was wanted."""
    wanted = str(kind.model_fields["format"].default)
    name = found.partition("/")[0]
    if name in _KINDS and name != wanted.partition("/")[0]:
        return f"is a bundle of {_KINDS[name]} ({found}, not {wanted}); give one of the other kind"
    return (
        f"is of another format ({found}, not {wanted}); make it again with this version's "
        "`python -m synthesis run`"
    )


class BundleStore:
    """Reads and writes one bundle: a local folder, or an address (s3://bucket/prefix). Writes are atomic."""

    def __init__(self, root: str | Path) -> None:
        self.root = place(root)
        # What a listing of a remote place found, and what was put since; None until `look_around`.
        self._blob_bytes: dict[str, int] | None = None
        self._records: dict[str, bytes] | None = None

    @property
    def manifest_path(self) -> UPath:
        return self.root / "manifest.json"

    @property
    def finished(self) -> bool:
        return exists(self.manifest_path)

    def look_around(self) -> None:
        """Learn by two listings what a remote bundle holds, instead of by a request for each file.

        A local folder is always looked at directly: it is cheap, and finds damaged files too.
        """
        if is_local(self.root):
            return
        journal = self.root / "journal"
        known = self._records or {}
        self._blob_bytes = sizes(self.root / "blobs")
        self._records = known | read_many(journal, sizes(journal).keys() - known.keys())

    def remove_leftovers(self) -> None:
        """Remove what killed runs left half-written. Nobody else may be writing into the bundle."""
        for folder in (self.root, self.root / "blobs", self.root / "journal"):
            remove_leftovers(folder)

    def put_blob(self, data: bytes, media_type: MediaType) -> Blob:
        blob = Blob(sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size_bytes=len(data))
        if not self._unchanged(blob, data):
            write_atomically(self.blob_path(blob.sha256), data)
            if self._blob_bytes is not None:
                self._blob_bytes[blob.sha256] = blob.size_bytes
        return blob

    def _unchanged(self, blob: Blob, data: bytes) -> bool:
        path = self.blob_path(blob.sha256)
        if is_local(path):
            return path.is_file() and path.read_bytes() == data
        return self._listed(blob)

    def _listed(self, blob: Blob) -> bool:
        return (self._blob_bytes or {}).get(blob.sha256) == blob.size_bytes

    def holds(self, blob: Blob) -> bool:
        """Whether the blob is there and whole; if a remote place was listed, by its size."""
        if self._blob_bytes is not None:
            return self._listed(blob)
        try:
            self.read_blob(blob.sha256)
        except StorageError:
            raise
        except BundleError:
            return False
        return True

    def blob_path(self, sha256: str) -> UPath:
        if not _SHA256.fullmatch(sha256):
            raise BundleError(f"{self.root}: {sha256!r} is not the name of a blob")
        return self.root / "blobs" / sha256

    def read_blob(self, sha256: str) -> bytes:
        """The blob's bytes. Raises `BundleError` if it is missing or its bytes do not fit its name."""
        path = self.blob_path(sha256)
        try:
            data = read(path)
        except FileNotFoundError:
            raise BundleError(
                f"{path}: cannot be read (it is missing); restore or remake the bundle"
            ) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BundleError(f"{path}: its bytes were changed; restore or remake the bundle")
        return data

    def put_record(self, key: str, record: dict[str, Any]) -> None:
        path, data = self._record_path(key), json.dumps(record).encode()
        write_atomically(path, data)
        if self._records is not None:
            self._records[path.name] = data

    def get_record(self, key: str) -> dict[str, Any] | None:
        """A journal record, or None if there is none or if it is no JSON (it is then made again)."""
        path = self._record_path(key)
        try:
            data = read(path) if self._records is None else self._records[path.name]
            record = loads(data)
        except StorageError:
            raise
        except (FileNotFoundError, KeyError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def _record_path(self, key: str) -> UPath:
        return self.root / "journal" / f"{key}.json"

    def write_manifest(self, manifest: AnyManifest) -> AnyManifest:
        """Seal and write the manifest, which finishes the bundle."""
        sealed = manifest.sealed()
        write_atomically(self.manifest_path, sealed.model_dump_json(indent=1).encode())
        return sealed

    def read_manifest(self) -> Manifest:
        """The manifest of stimuli. Raises `BundleError` if it is missing, malformed, or was changed."""
        return self.read_sealed(Manifest)

    def read_sealed(self, kind: type[AnyManifest]) -> AnyManifest:
        """The manifest, which must be of this kind. Raises `BundleError` as `read_manifest` does."""
        path = self.manifest_path
        try:
            manifest = kind.model_validate_json(self._manifest_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            if first["loc"] == ("format",):
                raise BundleError(f"{path}: {_another(str(first['input']), kind)}") from None
            raise BundleError(f"{path}: not a bundle manifest: {first_problem(error)}") from None
        if manifest.content_digest() != manifest.digest:
            raise BundleError(f"{path}: its content was changed; restore or remake the bundle")
        return manifest

    def format_of_manifest(self) -> str:
        """What the manifest calls its format, "" for one that does not say; nothing else is checked."""
        try:
            content = loads(self._manifest_bytes())
        except ValueError as error:
            if isinstance(error, BundleError):
                raise
            return ""
        return str(content.get("format", "")) if isinstance(content, dict) else ""

    def _manifest_bytes(self) -> bytes:
        path = self.manifest_path
        try:
            if is_local(path) and path.stat().st_size > MANIFEST_LIMIT:
                raise BundleError(f"{path}: is larger than {MANIFEST_LIMIT:,} bytes: not a bundle manifest")
            return read(path)
        except FileNotFoundError:
            raise BundleError(self._why_no_manifest()) from None

    def _why_no_manifest(self) -> str:
        if self.root.is_dir():
            return f"{self.root}: no manifest.json: an unfinished run; start it again to continue"
        return f"{self.root}: no such folder; give one that `python -m synthesis run` wrote"
