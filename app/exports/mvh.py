"""The CSV format of model-vs-human (Geirhos et al. 2021): reading anybody's answers; pure.

One row per trial: `subj, session, trial, rt, object_response, category, condition, imagename`; rt in seconds,
"na" for no answer. The published files differ in the case of their headers. A further column `source` may say
whose a label is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from app.analysis.measures.confusion import answer_counts, confusion, is_na
from app.analysis.measures.consistency import pairwise_consistency
from app.analysis.measures.recognition import scores_of
from app.core.csv_input import read_csv
from app.core.errors import Invalid
from app.exports.mvh_identity import people, pictures, response_times

COLUMNS = ("subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename")
SOURCE = "source"
# What makes a label another person: each file, each folder, or nothing.
SourceIs = Literal["file", "folder", "one"]


@dataclass(frozen=True)
class Imported:
    """`answers` has the columns of the format as text and, besides, `person`, `image`, `rt_s`, `correct`.

    `person` is a label within its source, `image` the picture's identity (`app.exports.mvh_identity`),
    `rt_s` float seconds or missing, `correct` bool, `where` file and line. `notes` say how files were read,
    what was passed over and what must be read with care.
    """

    answers: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def conditions(self) -> list[str]:
        """In the order of their first rows."""
        return list(dict.fromkeys(self.answers["condition"]))


def read_files(paths: Sequence[Path], source: SourceIs = "file") -> Imported:
    """Read files as one table.

    A person is a label within a source: what the column `source` says, else as `source` tells. Rows of one
    source that are the same in every column are taken once; two different answers to one trial of a person's
    session are refused.

    Raises
    ------
    Invalid
        A file cannot be read, is empty, lacks a column, or has a malformed row; the message names file and
        line.
    """
    rows, notes = [], []
    for path in paths:
        found, note = _rows_of(path, _source_name(path, paths, source))
        rows += found
        notes += [note] if note else []
    table = pd.DataFrame(rows, columns=[*COLUMNS, SOURCE, "where"])
    repeated = table.duplicated([*COLUMNS, SOURCE])
    if repeated.any():
        notes.append(
            f"{repeated.sum()} repeated rows were taken once; the first is {_first(table, repeated)}"
        )
        table = table[~repeated].reset_index(drop=True)
    twice = table.duplicated([SOURCE, "subj", "session", "trial"])
    if twice.any():
        row = table[twice].iloc[0]
        trial = f"trial {row['trial']} of {row['subj']}, session {row['session']}"
        raise Invalid("answered_twice", f"{row['where']}: another answer to {trial}; keep one of the two")
    for column, find in (("person", people), ("image", pictures), ("rt_s", response_times)):
        table[column], said = find(table)
        notes += said
    table["correct"] = table["object_response"] == table["category"]
    return Imported(table, (*dict.fromkeys(notes), *_caveats(table)))


def _source_name(path: Path, paths: Sequence[Path], source: SourceIs) -> str:
    """A short name of the file's source that no other source among the files has."""
    if source == "one":
        return ""

    def of(one: Path) -> Path:
        return one.resolve() if source == "file" else one.resolve().parent

    same_name = {of(one) for one in paths if of(one).name == of(path).name}
    return of(path).name if len(same_name) == 1 else str(of(path))


def accuracy_table(imported: Imported) -> pd.DataFrame:
    """`subj`, `condition`, `trials`, `correct`, `proportion_correct`, `median_rt_s`; no answer is wrong."""
    answers = imported.answers.drop(columns="subj").rename(columns={"person": "participant_id"})
    scores = scores_of(answers).assign(proportion_correct=lambda found: found["correct"] / found["trials"])
    medians = answers.groupby(["participant_id", "condition"])["rt_s"].median().rename("median_rt_s")
    found = scores.merge(medians.reset_index(), on=["participant_id", "condition"])
    return found.rename(columns={"participant_id": "subj"})


def consistency_table(imported: Imported) -> pd.DataFrame:
    """Error consistency of every two subjects in each condition (see `app.analysis.measures.consistency`)."""
    answers = imported.answers.rename(columns={"person": "observer", "image": "stimulus"})
    return pairwise_consistency(answers, imported.conditions)


def confusion_table(imported: Imported) -> pd.DataFrame:
    """The confusion table over all subjects; answers that are no category have columns of their own."""
    answers = imported.answers.rename(columns={"object_response": "answer"})
    labels = {*answers["category"], *(name for name in answers["answer"] if not is_na(name))}
    return confusion(answer_counts(answers), imported.conditions, sorted(labels))


def _rows_of(path: Path, source: str) -> tuple[list[list[str]], str]:
    table = read_csv(path, COLUMNS, numbers=("rt",))
    return [_row(cells, source, f"{path}:{line}") for line, cells in table.rows], table.note


def _row(cells: dict[str, str], source: str, where: str) -> list[str]:
    row = {name: cells[name] for name in COLUMNS}
    for name in ("object_response", "category"):
        row[name] = row[name].lower()
    for name in ("subj", "category", "imagename"):
        if not row[name]:
            raise Invalid("empty_cell", f"{where}: {name} is empty")
    try:
        float(row["rt"] if row["rt"].lower() not in {"", "na"} else "nan")
    except ValueError:
        raise Invalid("malformed_rt", f"{where}: rt {row['rt']!r} is no number of seconds") from None
    if not row["object_response"] or row["object_response"] == "nan":
        row["object_response"] = "na"
    return [*row.values(), cells.get(SOURCE) or source, where]


def _caveats(table: pd.DataFrame) -> list[str]:
    notes = []
    given = table["object_response"]
    strange = ~given.isin(set(table["category"])) & (given != "na")
    if strange.any():
        labels = ", ".join(sorted(set(given[strange])))
        notes.append(
            f"{strange.sum()} answers name no shown category and count as wrong: {labels}; the first is "
            f"{_first(table, strange)}"
        )
    again = table.duplicated(["person", "condition", "image"])
    if again.any():
        notes.append(
            f"{again.sum()} pictures were shown again to the same subject; error consistency takes the first "
            f"answer; the first repeated one is {_first(table, again)}"
        )
    return notes


def _first(table: pd.DataFrame, rows: pd.Series) -> str:
    return str(table[rows]["where"].iloc[0])
