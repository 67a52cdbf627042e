"""The tidy tables of trials, steps and surveys with their codebook: as CSV, or as typed Parquet."""

from collections.abc import Sequence
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from app.analysis.files import STEP_TABLES
from app.analysis.pages import pages_of_study
from app.analysis.tables.steps import step_columns, survey_columns, survey_table
from app.exports.files import Files
from app.exports.source import Source
from app.tasks.codebook import Column

CODEBOOK = "codebook.csv"
TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}


class CsvFormat:
    """All answered main trials; those that do not count say by which rule."""

    name = "csv"
    title = "Tidy tables, CSV"
    purpose = "One row per trial, for R, Python, JASP or a spreadsheet, with a codebook of all columns."
    holds_panel_ids = True
    holds_levels = True

    async def write(self, source: Source, files: Files) -> int:
        with files.open("trials.csv") as out:
            async for part in source.trials_csv():
                out.write(part)
        steps = await source.steps()
        for name, make in STEP_TABLES.items():
            with files.open(name) as out:
                out.write(make(steps))
        write_codebook(source, files)
        return source.analysis.answered


class ParquetFormat:
    """As CSV, for programs that read typed columns. Text is as it was typed."""

    name = "parquet"
    title = "Tidy tables, Parquet"
    purpose = "The same tables with typed columns, small and quick to read, for pandas, polars, R or DuckDB."
    holds_panel_ids = True
    holds_levels = True

    async def write(self, source: Source, files: Files) -> int:
        rows, analysis = 0, source.analysis
        schema = schema_of(source.columns)
        with files.open("trials.parquet") as out, pq.ParquetWriter(out, schema) as writer:
            async for part in source.trials():
                writer.write_table(_arrow(part, schema))
                rows += len(part)
        steps = await source.steps()
        pages = pages_of_study(analysis.study)
        with files.open("steps.parquet") as out:
            _write(steps, schema_of(step_columns(pages)), out)
        with files.open("surveys.parquet") as out:
            _write(survey_table(steps), schema_of(survey_columns()), out)
        write_codebook(source, files)
        return rows


def write_codebook(source: Source, files: Files) -> None:
    with files.open(CODEBOOK) as out:
        out.write(source.codebook())


def schema_of(columns: Sequence[Column]) -> Any:
    return pa.schema([(column.name, TYPES[column.type]) for column in columns])


def _arrow(table: pd.DataFrame, schema: Any) -> Any:
    """One row group; its types are the codebook's, whatever is missing in it."""
    return pa.Table.from_pandas(table, schema=schema, preserve_index=False)


def _write(table: pd.DataFrame, schema: Any, out: BinaryIO) -> None:
    with pq.ParquetWriter(out, schema) as writer:
        writer.write_table(_arrow(table, schema))
