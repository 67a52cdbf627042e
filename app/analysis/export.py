"""The analysis as files: CSV tables that no spreadsheet runs as formulas, and the figure."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from app.analysis.codebook import TRIAL_COLUMNS, Column
from app.analysis.figures import Figure, recognition_chart, to_png, to_svg
from app.analysis.recognition import Recognition
from app.analysis.service import StudyAnalysis
from app.core.errors import BadRequest
from synthesis.bundle.files import write_atomically

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


def trials_csv(trials: pd.DataFrame) -> bytes:
    """The tidy table of answered main trials; those of unfinished participants have completed = False."""
    written = trials.assign(received_at=[moment.isoformat() for moment in trials["received_at"]])
    for column in TRIAL_COLUMNS:
        if column.type == "text":
            written[column.name] = written[column.name].map(neutralised)
    table: bytes = written.to_csv(index=False, lineterminator="\n").encode()
    return table


def codebook_csv() -> bytes:
    return table_csv(list(Column.__dataclass_fields__), (asdict(column).values() for column in TRIAL_COLUMNS))


def recognition_csv(result: Recognition) -> bytes:
    """One row per condition in the curve's order; every number behind the figure."""
    rows = [
        {**asdict(point), "ci_level": result.level, "chance": result.chance} for point in result.conditions
    ]
    return table_csv(list(rows[0]), (row.values() for row in rows))


@dataclass(frozen=True)
class File:
    """A file that shows one side of an analysis."""

    media_type: str
    make: Callable[[StudyAnalysis], bytes]


FileName = Literal["recognition.csv", "recognition.svg", "recognition.png", "trials.csv", "codebook.csv"]
FILES: dict[FileName, File] = {
    "recognition.csv": File(CSV, lambda analysis: recognition_csv(analysis.recognition)),
    "recognition.svg": File("image/svg+xml", lambda analysis: to_svg(_chart(analysis)).encode()),
    "recognition.png": File("image/png", lambda analysis: to_png(_chart(analysis))),
    "trials.csv": File(CSV, lambda analysis: trials_csv(analysis.trials)),
    "codebook.csv": File(CSV, lambda _analysis: codebook_csv()),
}


def _chart(analysis: StudyAnalysis) -> Figure:
    return recognition_chart(analysis.recognition, analysis.caption)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file atomically. Raises `BadRequest` if the folder cannot be written."""
    for name, content in files.items():
        try:
            write_atomically(folder / name, content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadRequest("cannot_write", f"{folder / name}: cannot be written ({reason})") from None
