"""Reading an archive that anybody may have made: nothing in it is believed before it is checked.

Nothing is unpacked by a name that the file gives; only names of `layout` are read, each no further than its
declared size. Every refusal is one line.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from app.core.errors import Conflict, Invalid
from app.experiments.schemas import StudyDefinition
from app.exports.archive import layout
from app.exports.archive.layout import Index, Row

PIECE_BYTES = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
ReadRow = TypeVar("ReadRow", bound=Row)


class Archive:
    """An archive whose files all have the declared sizes and checksums."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile, index: Index) -> None:
        self.path, self._zipped, self.index = path, zipped, index
        raw = _json(path, layout.DEFINITION, self.content(layout.DEFINITION))
        try:
            self.definition = StudyDefinition.model_validate(raw)
        except ValidationError as error:
            refuse(path, f"its study is none that this release knows: {_first(error)}")

    def content(self, name: str) -> bytes:
        return self._zipped.read(name)

    def rows(self, table: str, model: type[ReadRow]) -> Iterator[ReadRow]:
        """The rows of a table, one by one. Raises `Invalid` that names the line."""
        count = 0
        with self._zipped.open(layout.table_file(table)) as lines:
            while line := lines.readline(layout.LINE_BYTES + 1):
                where = f"{layout.table_file(table)}:{count + 1}"
                if len(line) > layout.LINE_BYTES:
                    refuse(self.path, f"{where}: the line is too long")
                try:
                    row = model.model_validate_json(line)
                except ValidationError as error:
                    refuse(self.path, f"{where}: {_first(error)}")
                yield row
                count += 1
        if count != self.index.rows[table]:
            refuse(self.path, f"{table} has {count} rows and should have {self.index.rows[table]}")

    def bundle_files(self, digest: str) -> list[str]:
        return [name for name in self.index.files if name.startswith(f"bundles/{digest}/")]


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive, checked as a whole.

    Raises `Invalid`: it is no archive, cut off, changed, or a bomb; `Conflict`: it is of a newer release.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            index = _index(path, zipped)
            _check_files(path, zipped, index)
            yield Archive(path, zipped, index)
    except FileNotFoundError:
        raise Invalid("bad_archive", f"{path}: there is no such file") from None
    except BROKEN as error:
        refuse(path, f"it is no whole zip file ({error}); copy it again")


def _index(path: Path, zipped: zipfile.ZipFile) -> Index:
    names = [entry.filename for entry in zipped.infolist()]
    if layout.INDEX not in names:
        refuse(path, f"it has no {layout.INDEX}, so it is no archive of a study")
    if zipped.getinfo(layout.INDEX).file_size > layout.INDEX_BYTES:
        refuse(path, f"its {layout.INDEX} is too large")
    raw = _json(path, layout.INDEX, zipped.read(layout.INDEX))
    if not isinstance(raw, dict) or raw.get("format") != layout.FORMAT:
        refuse(path, "it is no archive of a study")
    version = raw.get("version")
    if isinstance(version, int) and version > layout.VERSION:
        raise Conflict(
            "newer_archive",
            f"{path}: its format is {version}, made by metamerlab {raw.get('code')}; this release reads "
            f"formats up to {layout.VERSION}: update it",
        )
    try:
        index = Index.model_validate(raw)
    except ValidationError as error:
        refuse(path, f"{layout.INDEX}: {_first(error)}")
    if sorted(names) != sorted([*index.files, layout.INDEX]):
        refuse(path, f"its files are not those that its {layout.INDEX} lists")
    return index


def _check_files(path: Path, zipped: zipfile.ZipFile, index: Index) -> None:
    for name in index.files:
        if not layout.known_name(name):
            refuse(path, f"a file {name!r} does not belong into an archive")
    tables = [*layout.TABLES, *([layout.PANEL] if index.with_panel_ids else [])]
    needed = [layout.DEFINITION, *map(layout.table_file, tables)]
    for name in needed:
        if name not in index.files:
            refuse(path, f"the file {name} is missing")
    if missing := [table for table in tables if table not in index.rows]:
        refuse(path, f"{layout.INDEX} does not say how many rows {missing[0]} has")
    size = sum(record.size_bytes for record in index.files.values())
    if size > layout.MOST_COMPRESSED * path.stat().st_size + layout.INDEX_BYTES:
        refuse(path, f"it would become {size:,} bytes, more than such data do")
    for name, record in index.files.items():
        if _digest(path, zipped, name, record.size_bytes) != record.sha256:
            refuse(path, f"the file {name} was changed: its checksum is another")


def _digest(path: Path, zipped: zipfile.ZipFile, name: str, size_bytes: int) -> str:
    """The SHA-256 of a file; it is read no further than it should be long."""
    entry = zipped.getinfo(name)
    if entry.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        refuse(path, f"the file {name} is packed in a way that archives do not use")
    digest, read = hashlib.sha256(), 0
    with zipped.open(entry) as content:
        while piece := content.read(PIECE_BYTES):
            read += len(piece)
            if read > size_bytes:
                refuse(path, f"the file {name} is longer than it should be")
            digest.update(piece)
    return digest.hexdigest()


def _json(path: Path, name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        refuse(path, f"{name} is no JSON")


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, problem["loc"]))
    return f"{place}: {problem['msg']}" if place else problem["msg"]


def refuse(path: Path, why: str) -> NoReturn:
    raise Invalid("bad_archive", f"{path}: {why}")
