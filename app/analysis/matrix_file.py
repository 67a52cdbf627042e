"""The participant x stage x observer matrix as a CSV file: reading and checking it, line by line.

Columns, in any order and any case: experiment, model, participant, stage (0, 1, ... in the curve's order),
condition (the stage's name), observer (human or network), proportion_correct (empty or "nan": missing).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from app.analysis.contrasts import Floats
from app.core.errors import Invalid

COLUMNS = ("experiment", "model", "participant", "stage", "condition", "observer", "proportion_correct")
OBSERVERS = ("human", "network")
MISSING = ("", "na", "nan", "n/a", "none", "null")

Subject = tuple[str, str]  # (observer, participant): both observers number their participants from 0


@dataclass
class Table:
    """All cells of one model in one experiment; a missing cell is absent. `notes` are caveats in words."""

    experiment: str
    model: str
    conditions: dict[int, str] = field(default_factory=dict)
    cells: dict[Subject, dict[int, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def stages(self) -> list[int]:
        return sorted(self.conditions)

    def subjects(self, observer: str) -> list[Subject]:
        return [subject for subject in self.cells if subject[0] == observer]

    def values(self, subjects: list[Subject], stages: list[int]) -> Floats:
        """Proportions of complete subjects, shape (subjects, stages)."""
        rows = [[self.cells[subject][stage] for stage in stages] for subject in subjects]
        return np.array(rows, dtype=float).reshape(len(subjects), len(stages))


def read_matrix(path: Path) -> list[Table]:
    """The file's tables, in the order of their first lines.

    Raises `Invalid` with the file's line if it is not such a matrix, `OSError` if it cannot be read. Two
    equal lines are one, with a note; two that differ for the same cell are an error.
    """
    tables: dict[tuple[str, str], Table] = {}
    lines: dict[tuple[str, str, Subject, int], int] = {}
    for number, row in _rows(path):
        where = f"{path}:{number}"
        table = tables.setdefault(
            (row["experiment"], row["model"]), Table(experiment=row["experiment"], model=row["model"])
        )
        subject, stage = (_observer(row, where), row["participant"]), _stage(row, where)
        proportion = _proportion(row, where)
        known = table.conditions.setdefault(stage, row["condition"])
        if known != row["condition"]:
            _refuse(f"{where}: stage {stage} is {row['condition']} here and {known} in an earlier line")
        first = lines.setdefault((table.experiment, table.model, subject, stage), number)
        cells = table.cells.setdefault(subject, {})
        if first != number:
            if cells.get(stage) != proportion:
                _refuse(f"{where}: another proportion for the cell of line {first}; keep one of them")
            table.notes.append(f"line {number} repeats line {first} and was counted once")
        elif proportion is not None:
            cells[stage] = proportion
    if not tables:
        _refuse(f"{path}: has a header and no data")
    return list(tables.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and stripped fields by lower-case column; blank lines are passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip().lower() for name in next(reader, [])]
            _check_header(path, header)
            for fields in reader:
                if not any(text.strip() for text in fields):
                    continue
                if len(fields) != len(header):
                    _refuse(f"{path}:{reader.line_num}: {len(fields)} fields, but {len(header)} columns")
                yield reader.line_num, {name: text.strip() for name, text in zip(header, fields, strict=True)}
    except (UnicodeDecodeError, csv.Error) as error:
        _refuse(f"{path}: is not a CSV file in UTF-8 ({error})")


def _check_header(path: Path, header: list[str]) -> None:
    if not any(header):
        _refuse(f"{path}: is empty; it needs the columns {', '.join(COLUMNS)}")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        _refuse(f"{path}:1: no column {', '.join(missing)}; it has {', '.join(header)}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        _refuse(f"{path}:1: the column {', '.join(twice)} is there twice (case does not matter)")


def _observer(row: dict[str, str], where: str) -> str:
    observer = row["observer"].lower()
    if observer not in OBSERVERS:
        _refuse(f"{where}: observer is '{row['observer']}'; it can be {' or '.join(OBSERVERS)}")
    return observer


def _stage(row: dict[str, str], where: str) -> int:
    try:
        return int(row["stage"])
    except ValueError:
        _refuse(f"{where}: stage is '{row['stage']}'; it must be a whole number")


def _proportion(row: dict[str, str], where: str) -> float | None:
    text = row["proportion_correct"]
    if text.lower() in MISSING:
        return None
    try:
        proportion = float(text)
    except ValueError:
        _refuse(f"{where}: proportion_correct is '{text}'; it must be a number or empty")
    if not 0 <= proportion <= 1:
        _refuse(f"{where}: proportion_correct is {text}; it must be between 0 and 1")
    return proportion


def _refuse(message: str) -> NoReturn:
    raise Invalid("bad_matrix", message)
