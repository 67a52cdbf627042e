"""Tables as CSV that no spreadsheet runs as formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

CSV = "text/csv; charset=utf-8"
# What spreadsheets take for the start of a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutralised(cell: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers stay as they are."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def table_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8, neutralised; None becomes an empty cell."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([neutralised(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


def frame_csv(frame: pd.DataFrame) -> bytes:
    """A data frame as CSV in UTF-8; its texts are neutralised, what is missing is an empty cell."""
    texts = {name: frame[name].map(neutralised) for name in frame if not _is_numeric(frame[name])}
    written: bytes = frame.assign(**texts).to_csv(index=False, lineterminator="\n").encode()
    return written


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with None for what is missing, as JSON and pages want them."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))
