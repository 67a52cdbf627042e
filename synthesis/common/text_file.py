"""Text from files that others wrote: its encoding is found or refused by name, and its size is bounded."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from synthesis.common.errors import UserError

# The longer marks first: the one of UTF-16 is the beginning of the one of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


@dataclass(frozen=True)
class Text:
    """`encoding` is named where it was not the usual UTF-8, else empty."""

    content: str
    encoding: str = ""


def read_text(path: Path, limit_bytes: int, name: str = "") -> Text:
    """A file's text; `name` stands for its path in messages.

    Raises `UserError` in one line if it cannot be read, is too large, or cannot be decoded.
    """
    name = name or str(path)
    return decoded(read_bytes(path, limit_bytes, name), name)


def read_bytes(path: Path, limit_bytes: int, name: str) -> bytes:
    """A file's bytes. Raises `UserError` in one line if it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror or error})") from None
    if len(data) > limit_bytes:
        raise UserError(
            f"{name}: is larger than {limit_bytes:,} bytes, the most that is read; make it smaller"
        )
    return data


def decoded(data: bytes, name: str) -> Text:
    """Text in UTF-8, or in what a byte-order mark says; `name` stands for the file in messages.

    Without a mark nothing but UTF-8 can be told from its bytes, and a wrong guess would change letters in
    silence. Raises `UserError` that names the likely encoding and says what to do.
    """
    codec, encoding = next(
        ((codec, encoding) for mark, codec, encoding in _MARKS if data.startswith(mark)), ("utf-8", "")
    )
    try:
        content = data.decode(codec)
    except UnicodeDecodeError as error:
        if encoding:
            reason = f"begins with the mark of {encoding}, but is damaged ({error.reason})"
            raise UserError(f"{name}: cannot be read: {reason}; save it again as UTF-8") from None
        raise UserError(f"{name}:{_line(data, error.start)}: {_not_utf8(data, error.start)}") from None
    if "\0" in content:
        guess = "it may be UTF-16 without a byte-order mark; " if not encoding else ""
        raise UserError(f"{name}: cannot be read: holds NUL characters; {guess}save it again as UTF-8")
    return Text(content, encoding)


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _not_utf8(data: bytes, place: int) -> str:
    byte = f"the byte 0x{data[place]:02x}"
    return (
        f"cannot be read: is not UTF-8 ({byte}), perhaps Windows-1252 (cp1252), as Excel's plain CSV; "
        "save it as UTF-8 (in Excel: CSV UTF-8) or run: iconv -f WINDOWS-1252 -t UTF-8"
    )
