"""Counts of answers by participant and condition, from the rows of the database; pure."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from app.analysis.stimulus_names import StimulusNames

COUNTS = (
    "trials", "correct", "kept", "kept_correct", "paced", "quick", "timed", "untimely", "watched",
    "unattended",
)  # fmt: skip
SCORE_COLUMNS = {
    "participant_id": int,
    "completed": bool,
    "condition": object,
    **dict.fromkeys(COUNTS, int),
}


def scores_of_rows(rows: Sequence[Any], names: StimulusNames) -> pd.DataFrame:
    """The columns `SCORE_COLUMNS` from the rows of `app.analysis.queries.scores`.

    Natural stimuli of all bundles are one condition.
    """
    columns = ["participant_id", "completed", "bundle_id", "condition", *COUNTS]
    table = pd.DataFrame(map(tuple, rows), columns=columns)
    counts = table.assign(condition=study_conditions(table, names)).drop(columns="bundle_id")
    if names.conditions.several:
        who = ["participant_id", "completed", "condition"]
        counts = counts.groupby(who, sort=False, as_index=False).sum()
    return counts.astype(SCORE_COLUMNS)


def study_conditions(table: pd.DataFrame, names: StimulusNames) -> list[str]:
    """What the study calls the conditions of rows that have `bundle_id` and `condition`."""
    return [names.condition(*of) for of in zip(table["bundle_id"], table["condition"], strict=True)]
