"""Published human curves from a participant matrix that the user has: participant x stage x observer.

Columns `experiment, model, participant, stage, condition, observer, proportion_correct`; stage 0 is natural.
"""

from pathlib import Path

import pandas as pd

from app.analysis.summary import summarise
from app.core.errors import Invalid

COLUMNS = ("model", "participant", "stage", "condition", "observer", "proportion_correct")


def published_curve(path: Path, model: str) -> pd.DataFrame:
    """People's mean and SEM (ddof 1) by stage: `stage`, `condition`, `n`, `proportion_correct`, `sem`.

    Missing cells are left out of their stage's mean. Raises `Invalid`: the file cannot be read, lacks a
    column, or has no people of this model.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:  # pandas' errors of parsing are ValueErrors
        reason = getattr(error, "strerror", None) or str(error).strip()
        raise Invalid("unreadable", f"{path}: cannot be read ({reason})") from None
    table.columns = [str(name).strip().lower() for name in table.columns]
    if missing := [name for name in COLUMNS if name not in table]:
        raise Invalid("missing_column", f"{path}: no column {missing[0]!r}")
    people = table[(table["observer"] == "human") & (table["model"] == model)]
    if people.empty:
        known = ", ".join(sorted(set(table["model"].astype(str))))
        raise Invalid("no_people", f"{path}: no people on metamers of {model!r}; models: {known}")
    if people.duplicated(["stage", "participant"]).any():
        raise Invalid("twice", f"{path}: a participant of {model!r} has two values at one stage")
    rows = []
    for stage, part in people.dropna(subset=["proportion_correct"]).groupby("stage"):
        summary = summarise(part["proportion_correct"].to_numpy(float))
        condition = str(part["condition"].iloc[0])
        rows.append((int(str(stage)), condition, summary.n, summary.mean, summary.sem))
    return pd.DataFrame(rows, columns=["stage", "condition", "n", "proportion_correct", "sem"])
