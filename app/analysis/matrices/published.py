"""Published human curves from a participant matrix that the user has: participant x stage x observer; pure.

A published `.mat` file, or a CSV file with the columns `experiment, model, participant, stage, condition,
observer, proportion_correct`; stage 0 is natural.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from app.analysis.matrices.matrix_file import cell_of, matrix_rows
from app.analysis.statistics.summary import summarise
from app.core.errors import Invalid
from synthesis.common.names import composed

COLUMNS = ("model", "participant", "stage", "condition", "observer", "proportion_correct")


def published_curve(path: Path, model: str) -> pd.DataFrame:
    """People's mean and SEM (ddof 1) by stage: `stage`, `condition`, `n`, `proportion_correct`, `sem`.

    Missing cells are left out of their stage's mean; `attrs["note"]` says how the file was read where that
    was not as usual. Raises `Invalid`: the file cannot be read, lacks a column, or has nobody of this model.
    """
    table = matrix_rows(path, COLUMNS)
    of_model = [(line, row) for line, row in table.rows if composed(row["model"]) == composed(model)]
    stages: dict[int, list[float]] = {}
    conditions: dict[int, str] = {}
    seen = set()
    for line, row in of_model:
        cell = cell_of(row, f"{path}:{line}")
        if cell.observer != "human":
            continue
        if (cell.stage, cell.participant) in seen:
            raise Invalid("twice", f"{path}: a participant of {model!r} has two values at one stage")
        seen.add((cell.stage, cell.participant))
        conditions.setdefault(cell.stage, row["condition"])
        if cell.proportion is not None:
            stages.setdefault(cell.stage, []).append(cell.proportion)
    if not seen:
        known = ", ".join(sorted({row["model"] for _line, row in table.rows}))
        raise Invalid("no_people", f"{path}: no people on metamers of {model!r}; models: {known}")
    rows = []
    for stage, proportions in sorted(stages.items()):
        summary = summarise(np.array(proportions))
        rows.append((stage, conditions[stage], summary.n, summary.mean, summary.sem))
    curve = pd.DataFrame(rows, columns=["stage", "condition", "n", "proportion_correct", "sem"])
    curve.attrs["note"] = table.note
    return curve
