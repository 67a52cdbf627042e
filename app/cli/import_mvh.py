"""`metamerlab import-mvh`"""

from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import typer

from app.analysis.files import write_files
from app.analysis.tables.csv_tables import frame_csv, records
from app.cli.running import Json, show
from app.exports.mvh import SourceIs, accuracy_table, confusion_table, consistency_table, read_files


def import_mvh(
    files: Annotated[
        list[Path], typer.Argument(metavar="CSV...", help="Files of the model-vs-human format.")
    ],
    source: Annotated[
        SourceIs,
        typer.Option(
            help="What makes one label two people: another file, another folder, or nothing (one). "
            "A column `source` in a file says it itself."
        ),
    ] = "file",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Also write the tables here.")] = None,
    as_json: Json = False,
) -> None:
    """Accuracy, error consistency and confusions of anybody's answers in the model-vs-human format.

    The files are read and analysed; nothing is stored in the database.
    """
    imported = read_files(files, source)
    tables = {
        "accuracy": accuracy_table(imported),
        "consistency": consistency_table(imported),
        "confusion": confusion_table(imported),
    }
    if out is not None:
        write_files(out, {f"{name}.csv": frame_csv(table) for name, table in tables.items()})
    result = {
        "trials": len(imported.answers),
        "subjects": list(dict.fromkeys(imported.answers["person"])),
        "conditions": imported.conditions,
        "notes": list(imported.notes),
        **{name: records(table) for name, table in tables.items()},
    }
    show(as_json, result, _in_words(result))


def _in_words(result: dict[str, Any]) -> str:
    lines = [
        f"{result['trials']} trials, {len(result['subjects'])} subjects, "
        f"{len(result['conditions'])} conditions."
    ]
    lines += [f"note: {note}" for note in result["notes"]]
    wide = max(24, *(len(name) + 2 for name in result["subjects"]))
    lines.append(f"{'subject':<{wide}}{'condition':<16}{'correct':>9}{'trials':>8}")
    for row in result["accuracy"]:
        share = f"{row['proportion_correct']:.3f}"
        lines.append(f"{row['subj']:<{wide}}{row['condition']:<16}{share:>9}{row['trials']:>8}")
    pairs = max([40, *(len(a) + len(b) + 7 for a, b in combinations(result["subjects"], 2))])
    if result["consistency"]:
        lines.append(f"{'pair':<{pairs}}{'condition':<16}{'kappa':>9}{'pictures':>10}")
    for row in result["consistency"]:
        kappa = "-" if row["kappa"] is None else f"{row['kappa']:.3f}"
        pair = f"{row['observer_a']} and {row['observer_b']}"
        line = f"{pair:<{pairs}}{row['condition']:<16}{kappa:>9}{row['stimuli']:>10}  {row['note']}"
        lines.append(line.rstrip())
    return "\n".join(lines)
