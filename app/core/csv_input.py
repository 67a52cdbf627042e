"""Other people's CSV files, with this program's errors."""

from collections.abc import Collection, Sequence
from pathlib import Path

from app.core.errors import Invalid
from synthesis.common.csv_file import Table, read_table
from synthesis.common.errors import UserError


def read_csv(path: Path, needed: Sequence[str], numbers: Collection[str] = ()) -> Table:
    """`read_table`, whose refusals are `Invalid`."""
    try:
        return read_table(path, needed, numbers)
    except UserError as error:
        raise Invalid("bad_csv", str(error)) from None
