"""Data frames as CSV."""

import pandas as pd

from synthesis.common.csv_file import neutralised


def frame_csv(frame: pd.DataFrame) -> bytes:
    """A data frame as CSV in UTF-8; its texts are neutralised, what is missing is an empty cell."""
    texts = {name: frame[name].map(neutralised) for name in frame if not _is_numeric(frame[name])}
    named = frame.assign(**texts).rename(columns=neutralised)
    written: bytes = named.to_csv(index=False, lineterminator="\n").encode()
    return written


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))
