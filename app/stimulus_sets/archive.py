"""Zip archives of stimuli: refused as a whole if they are dangerous, otherwise read member by member."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Invalid
from app.stimulus_sets.naming import BadPath, is_clutter, parts_of
from app.stimulus_sets.schemas import MB, Limits, Sent
from app.stimulus_sets.storage import CHUNK_BYTES, full_disk_told

# Pictures and sounds are hardly compressible: a WAV of noise to 90 %, one of near silence to a tenth.
MOST_RATIO = 200
# Files so small may be as regular as they like.
SMALL_BYTES = MB
# The end of an archive: its record with the length of the list of files, behind which a comment may stand.
_END, _LOCATOR_64, _TAIL_BYTES = b"PK\x05\x06", b"PK\x06\x07", 2**16 + 64
_ENTRY_BYTES = 2_000  # more than the list has for a file whose path is as long as allowed
_ENCRYPTED = 0x1
NESTED = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2", ".zst")


@dataclass(frozen=True)
class Member:
    """A file of an archive that is worth looking at."""

    path: str
    size_bytes: int


def members(file: Path, limits: Limits) -> list[Member]:
    """All files of an archive in its order, without hidden ones.

    Raises `Invalid`, which names the member: links, encrypted ones, paths that lead out, archives within,
    more than the limits allow, or one that would become far larger than it is.
    """
    _check_directory(file, limits)
    try:
        with zipfile.ZipFile(file) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as error:
        raise Invalid("bad_archive", f"the archive cannot be read as zip ({error}); make it again") from None
    if len(infos) > limits.files:
        raise Invalid("bad_archive", f"the archive has more than {limits.files} files; divide it")
    for info in infos:
        if fault := _fault(info):
            raise Invalid("bad_archive", f"the archive is refused: {info.filename[:200]!r} {fault}")
    wanted = [Member(info.filename, info.file_size) for info in infos if not is_clutter(info.filename)]
    if sum(member.size_bytes for member in wanted) > limits.set_bytes:
        raise Invalid(
            "bad_archive", f"the archive would be more than {limits.set_bytes / MB:g} MB unpacked; divide it"
        )
    if len({member.path for member in wanted}) < len(wanted):
        raise Invalid("bad_archive", "the archive has two files of one name; make it again")
    return wanted


def _check_directory(file: Path, limits: Limits) -> None:
    """Looks at how long the list of files is before the list is read into memory. Raises `Invalid`."""
    size_bytes = file.stat().st_size
    with file.open("rb") as opened:
        opened.seek(max(0, size_bytes - _TAIL_BYTES))
        tail = opened.read()
    if _LOCATOR_64 in tail:
        raise Invalid("bad_archive", f"the archive has more than {limits.files} files or is zip64; divide it")
    found = tail.find(_END)
    while found >= 0:
        length = int.from_bytes(tail[found + 12 : found + 16], "little")
        if length > limits.files * _ENTRY_BYTES:
            raise Invalid("bad_archive", f"the archive has more than {limits.files} files; divide it")
        found = tail.find(_END, found + 1)


def _fault(info: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file; put the file itself there"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; make the archive without a password"
    if info.filename.lower().endswith(NESTED):
        return "is an archive within it; unpack that first"
    try:
        parts_of(info.orig_filename)
    except BadPath as bad:
        return f"cannot be taken: {bad}"
    if info.file_size > max(SMALL_BYTES, MOST_RATIO * info.compress_size):
        return f"would be {info.file_size:,} bytes from {info.compress_size:,}: that is no picture or sound"
    return None


def unpack(file: Path, path: str, out: Path, most_bytes: int) -> Sent:
    """Unpack one member to a file, counting what really comes out of it.

    Raises `Invalid` if it is damaged or larger than `most_bytes` or than the archive says.
    """
    digest, size_bytes = hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(file) as opened, opened.open(path) as member, out.open("wb") as written:
            for chunk in _chunks(member):
                size_bytes += len(chunk)
                if size_bytes > most_bytes:
                    raise Invalid("too_large", f"has more than {most_bytes / MB:g} MB; make it smaller")
                digest.update(chunk)
                with full_disk_told():
                    written.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Invalid("bad_member", f"cannot be unpacked ({error}); make the archive again") from None
    return Sent(path, digest.hexdigest(), size_bytes)


def _chunks(member: object) -> Iterator[bytes]:
    while chunk := member.read(CHUNK_BYTES):  # type: ignore[attr-defined]
        yield chunk
