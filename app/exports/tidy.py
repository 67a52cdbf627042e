"""The tidy tables of trials and of steps, with their codebook: as CSV, or as Parquet, which keeps types."""

import io

import pandas as pd

from app.analysis.files import codebook_csv, steps_csv, trials_csv
from app.analysis.pages import pages_of_study
from app.analysis.results import Trials


class CsvFormat:
    """All answered main trials; those that do not count say by which rule."""

    name = "csv"
    everything = True

    def files(self, trials: Trials) -> dict[str, bytes]:
        tables = {"trials.csv": trials_csv(trials.table), "steps.csv": steps_csv(trials.steps)}
        return tables | _codebook(trials)


class ParquetFormat:
    """As CSV, for programs that read typed columns."""

    name = "parquet"
    everything = True

    def files(self, trials: Trials) -> dict[str, bytes]:
        tables = {"trials": trials.table, "steps": trials.steps}
        return {f"{name}.parquet": _parquet(table) for name, table in tables.items()} | _codebook(trials)


def _codebook(trials: Trials) -> dict[str, bytes]:
    analysis = trials.analysis
    return {"codebook.csv": codebook_csv(analysis.task, pages_of_study(analysis.study))}


def _parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, index=False)
    return stream.getvalue()
