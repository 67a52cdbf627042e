"""Tables as CSV that no spreadsheet runs as formulas (`synthesis.common.csv_file`), and as records."""

from typing import Any

import pandas as pd

from synthesis.common.csv_file import neutralised as neutralised
from synthesis.common.csv_file import table_csv as table_csv
from synthesis.common.frames import frame_csv as frame_csv

CSV = "text/csv; charset=utf-8"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with None for what is missing, as JSON and pages want them."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows
