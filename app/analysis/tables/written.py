"""Tables as files: the codebook, and those of what the steps without trials gave."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple

import pandas as pd

from app.analysis.tables.csv_tables import frame_csv, table_csv
from app.analysis.tables.steps import survey_table
from app.core.clock import utc_text
from app.tasks.codebook import Column

WRITING = (
    "in CSV and TSV files, text that a spreadsheet would run as a formula has an apostrophe before it; "
    "Parquet and JSON files have all text as it was typed",
    "times are in UTC; add utc_offset_minutes for the participant's own clock",
)


def columns_csv(tables: Mapping[str, Sequence[Column]]) -> bytes:
    """What each column of each table means; the last rows say how text is written."""
    rows = [(name, *astuple(column)) for name, columns in tables.items() for column in columns]
    rows += [("all files", "", "", "", note) for note in WRITING]
    return table_csv(["table", *Column.__dataclass_fields__], rows)


def steps_csv(steps: pd.DataFrame) -> bytes:
    """What the steps without trials gave, a row per participant and step."""
    return frame_csv(with_moments(steps, "received_at"))


def surveys_csv(steps: pd.DataFrame) -> bytes:
    """The answers to the study's questions, a row for each."""
    return frame_csv(survey_table(steps))


def with_moments(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Times of these columns as text in UTC; what is missing is empty."""
    texts = {name: ["" if pd.isna(moment) else utc_text(moment) for moment in table[name]] for name in names}
    return table.assign(**texts)
