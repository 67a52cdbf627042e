"""The participant x stage x observer matrix as a file: reading and checking it, line by line; pure.

A CSV file has the columns, in any order and any case: experiment, model, participant, stage (0, 1, ... in the
curve's order), condition (the stage's name), observer (human or network), proportion_correct (empty or "nan":
missing).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import NoReturn

import numpy as np

from app.analysis.matrices.matlab_matrix import is_matlab, read_matlab
from app.analysis.statistics.contrasts import Floats
from app.core.csv_input import read_csv
from app.core.errors import Invalid
from synthesis.common.csv_file import Table as Rows

COLUMNS = ("experiment", "model", "participant", "stage", "condition", "observer", "proportion_correct")
NUMBERS = ("stage", "proportion_correct")
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


def matrix_rows(path: Path, needed: Sequence[str]) -> Rows:
    """The lines of a CSV file, or the cells of a published `.mat` file as if they were lines."""
    return read_matlab(path) if is_matlab(path) else read_csv(path, needed, NUMBERS)


def read_matrix(path: Path) -> list[Table]:
    """The file's tables, in the order of their first lines.

    Raises `Invalid` with the file's line if it cannot be read or is not such a matrix. Two equal lines are
    one, with a note; two that differ for the same cell are an error.
    """
    tables: dict[tuple[str, str], Table] = {}
    lines: dict[tuple[str, str, Subject, int], int] = {}
    read = matrix_rows(path, COLUMNS)
    for number, row in read.rows:
        where = f"{path}:{number}"
        table = tables.setdefault(
            (row["experiment"], row["model"]),
            Table(row["experiment"], row["model"], notes=[read.note] if read.note else []),
        )
        cell = cell_of(row, where)
        subject = (cell.observer, cell.participant)
        known = table.conditions.setdefault(cell.stage, row["condition"])
        if known != row["condition"]:
            refuse(f"{where}: stage {cell.stage} is {row['condition']} here and {known} in an earlier line")
        first = lines.setdefault((table.experiment, table.model, subject, cell.stage), number)
        cells = table.cells.setdefault(subject, {})
        if first != number:
            if cells.get(cell.stage) != cell.proportion:
                refuse(f"{where}: another proportion for the cell of line {first}; keep one of them")
            table.notes.append(f"line {number} repeats line {first} and was counted once")
        elif cell.proportion is not None:
            cells[cell.stage] = cell.proportion
    return list(tables.values())


@dataclass(frozen=True)
class Cell:
    """One line. `proportion` is in [0, 1], None where it is missing."""

    observer: str
    participant: str
    stage: int
    proportion: float | None


def cell_of(row: dict[str, str], where: str) -> Cell:
    """A line's cell. Raises `Invalid` that begins with `where`."""
    participant = re.sub(r"^(\d+)\.0+$", r"\1", row["participant"])  # 3.0 is 3, as is stage 3.0
    return Cell(_observer(row, where), participant, _stage(row, where), _proportion(row, where))


def _observer(row: dict[str, str], where: str) -> str:
    observer = row["observer"].lower()
    if observer not in OBSERVERS:
        refuse(f"{where}: observer is '{row['observer']}'; it can be {' or '.join(OBSERVERS)}")
    return observer


def _stage(row: dict[str, str], where: str) -> int:
    """The stage's number; programs write 2 as 2.0 where other cells of the column are missing."""
    try:
        stage = float(row["stage"])
    except ValueError:
        stage = nan
    if not stage.is_integer():
        refuse(f"{where}: stage is '{row['stage']}'; it must be a whole number")
    return int(stage)


def _proportion(row: dict[str, str], where: str) -> float | None:
    text = row["proportion_correct"]
    if text.lower() in MISSING:
        return None
    try:
        proportion = float(text)
    except ValueError:
        refuse(f"{where}: proportion_correct is '{text}'; it must be a number or empty")
    if not 0 <= proportion <= 1:
        refuse(f"{where}: proportion_correct is {text}; it must be between 0 and 1")
    return proportion


def refuse(message: str) -> NoReturn:
    raise Invalid("bad_matrix", message)
