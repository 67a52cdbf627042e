"""`metamerlab analyze-matrix`"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.analysis.files import write_files
from app.analysis.inference import records_csv
from app.analysis.matrices.matrix import Record, human_stage, model_by_stage, observer_by_stage
from app.analysis.matrices.matrix_file import Table, read_matrix
from app.analysis.statistics.anova import NO_SPHERICITY
from app.cli.running import Json, show

EFFECTS, HUMANS, MODELS = "effects.csv", "human_stage.csv", "model_comparisons.csv"


def analyze_matrix(
    matrix: Annotated[Path, typer.Argument(metavar="FILE", help="Participant x stage x observer matrix.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the tables as CSV.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.")] = 0,
    permutations: Annotated[int, typer.Option(min=1, help="Permutations per effect.")] = 10_000,
    as_json: Json = False,
) -> None:
    """Mixed ANOVA of observer (human, network) x stage for every model of a matrix, with permutation p.

    With --out also writes humans' effect of stage alone, and model x stage for models with the same stages.
    """
    tables = read_matrix(matrix)
    records = [
        record
        for table in tables
        for record in observer_by_stage(table, permutations=permutations, seed=seed)
    ]
    if out is not None:
        write_files(out, {EFFECTS: records_csv(records), **_more(tables, permutations, seed)})
    for note in _notes(records):
        typer.echo(f"note: {note}", err=True)
    show(as_json, [asdict(record) for record in records], _in_words(records))


def _more(tables: Sequence[Table], permutations: int, seed: int) -> dict[str, bytes]:
    """The ANOVAs of the humans alone, as files."""
    humans = [human_stage(table, permutations=permutations, seed=seed) for table in tables]
    pairs = model_by_stage(tables, permutations=permutations, seed=seed)
    return {HUMANS: records_csv(humans), MODELS: records_csv(pairs)}


def _notes(records: Sequence[Record]) -> list[str]:
    """Each caveat of the data once; that an effect of one degree has no epsilon is in the records only."""
    notes = (
        f"{record.experiment} {record.model}: {note}"
        for record in records
        for note in record.note.split("; ")
        if note not in ("", NO_SPHERICITY)
    )
    return list(dict.fromkeys(notes))


def _in_words(records: Sequence[Record]) -> str:
    header = f"{'experiment':<12}{'model':<18}{'effect':<13}{'F':>10}  {'df':<9}"
    lines = [f"{header}{'p':>9}{'p_gg':>9}{'p_hf':>9}{'p_perm':>9}{'eta_p2':>8}"]
    for record in records:
        names = f"{record.experiment:<12}{record.model:<18}{record.effect:<13}"
        degrees = "-" if record.df1 is None else f"{record.df1}, {record.df2}"
        chances = "".join(
            f"{_number(value, '.2g'):>9}" for value in (record.p, record.p_gg, record.p_hf, record.p_perm)
        )
        lines.append(
            f"{names}{_number(record.F, '.2f'):>10}  {degrees:<9}{chances}{_number(record.eta_p2, '.3f'):>8}"
        )
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
