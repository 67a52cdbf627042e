"""CSV files: every one is read and written here.

Read: whatever separates the cells (comma, semicolon, tab), with decimal commas, in UTF-8 or by a byte-order
mark. Written: text that a spreadsheet would run as a formula gets an apostrophe before it, which reading
takes off again, so that what was written comes back exactly.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.common.text_file import decoded, read_text

SIZE_LIMIT = 1_000_000_000  # bytes
# The comma first: it is taken where a file does not tell.
SEPARATORS = {",": "", ";": "separated by semicolons", "\t": "separated by tabs"}
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
# What spreadsheets take for the start of a formula (OWASP, "CSV Injection"), also after spaces and in the
# wide, small, raised and lowered forms of East Asian and mathematical text. Earlier apostrophes count with
# it, so that taking one off is always right.
_FORMULA = re.compile(
    r"'*(?:[\t\r\n]|[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@"
    r"\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\u2212])"
)


def neutralised(cell: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers stay as they are."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """What `neutralised` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def table_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8, neutralised; None becomes an empty cell."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutralised(name) for name in header])
    writer.writerows([neutralised(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


@dataclass(frozen=True)
class Table:
    """`rows` are (line in the file, cells by lower-case column), stripped; blank lines are passed over.

    `note` says how the file was read, where that was not as usual.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    note: str


def read_table(
    path: Path, needed: Sequence[str], numbers: Collection[str] = (), *, as_written: Collection[str] = ()
) -> Table:
    """Read a CSV file whose first line names its columns, in any order and any case.

    Parameters
    ----------
    needed
        Columns that must be there; others are read too.
    numbers
        Columns whose cells may have decimal commas, where commas do not separate.
    as_written
        Columns of which letters are kept as they are, such as names of files; others are composed (NFC).

    Raises
    ------
    UserError
        In one line, with the file's line where there is one: the file cannot be read or decoded, is empty or
        without rows, lacks a column or has one twice, or a row has another number of cells than the header.
    """
    text = read_text(path, SIZE_LIMIT)
    lines, separator = _cells(text.content, needed, str(path))
    header = next(lines, (1, []))[1]
    columns = tuple(name.strip().lower() for name in header)
    _check_header(path, columns, needed)
    rows, commas = [], False
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise UserError(f"{path}:{line}: {len(cells)} cells, but the header has {len(columns)}")
        row = {
            name: restored(cell.strip() if name in as_written else composed(cell.strip()))
            for name, cell in zip(columns, cells, strict=True)
        }
        if separator != ",":
            for name in numbers:
                if _DECIMAL_COMMA.fullmatch(row.get(name, "")):
                    row[name], commas = row[name].replace(",", "."), True
        rows.append((line, row))
    if not rows:
        raise UserError(f"{path}: has a header and no rows")
    return Table(columns, rows, _note(path, text.encoding, separator, commas))


def first_column(data: bytes, name: str) -> list[tuple[int, str]]:
    """(line, first cell) of each line of CSV without a header; `name` stands for the file in messages."""
    lines, _separator = _cells(decoded(data, name).content, (), name)
    return [(line, restored(composed(cells[0].strip())) if cells else "") for line, cells in lines]


def _cells(text: str, needed: Collection[str], name: str) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """(line, cells) of every line, and the separator that the first line shows."""
    first, _, rest = text.partition("\n")
    skipped = 0
    if declared := re.fullmatch(r"sep=(.)\s*", first):  # Excel's own way of saying it
        separator, text, skipped = declared[1], rest, 1
    else:
        separator = _separator(first, needed)
    return _read(text, separator, name, skipped), separator


def _separator(first: str, needed: Collection[str]) -> str:
    """That which makes most needed columns of the first line, or most cells if none is needed."""

    def cells(separator: str) -> int:
        found = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=separator), [])]
        return sum(name in found for name in needed) if needed else len(found)

    return max(SEPARATORS, key=cells)


def _read(text: str, separator: str, name: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num + skipped, cells
    except csv.Error as error:
        raise UserError(f"{name}:{reader.line_num + skipped}: is not CSV ({error})") from None


def _check_header(path: Path, columns: Sequence[str], needed: Sequence[str]) -> None:
    if not any(columns):
        raise UserError(f"{path}: is empty; the first line must name the columns {', '.join(needed)}")
    if missing := [repr(name) for name in needed if name not in columns]:
        there = ", ".join(columns)[:300]
        how = "commas, semicolons or tabs separate"
        raise UserError(f"{path}:1: no column {', '.join(missing)}; there are {there} ({how})")
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise UserError(f"{path}:1: the column {', '.join(twice)} is there twice (case does not matter)")


def _note(path: Path, encoding: str, separator: str, commas: bool) -> str:
    how = [encoding, SEPARATORS.get(separator, f"separated by {separator!r}")]
    said = ", ".join(part for part in [*how, "with decimal commas" if commas else ""] if part)
    return f"{path} was read as {said}" if said else ""
