"""The CSV format of model-vs-human (Geirhos et al. 2021): reading others' answers, writing ours.

One row per trial: `subj, session, trial, rt, object_response, category, condition, imagename`; rt in seconds,
"na" for no answer. The published files differ in the case of their headers.
"""

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from app.analysis.confusion import answer_counts, confusion, is_na
from app.analysis.consistency import pairwise_consistency
from app.analysis.recognition import scores_of
from app.analysis.tables import table_csv
from app.core.errors import Conflict, Invalid

COLUMNS = ("subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename")
_TRIAL_PREFIX = re.compile(r"\d{4}_.*?(?P<image>(?:n\d{8}_)?[^_]+)$")


@dataclass(frozen=True)
class Imported:
    """`answers` has the columns of the format as text and, besides, `correct` (bool), `image` and `where`.

    `image` is the name without the prefix that differs between observers; `where` is file and line. `notes`
    say what was passed over and what must be read with care.
    """

    answers: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def conditions(self) -> list[str]:
        """In the order of their first rows."""
        return list(dict.fromkeys(self.answers["condition"]))


def read_files(paths: Sequence[Path]) -> Imported:
    """Read files as one table.

    Rows that are the same in every column are taken once; two different answers to one trial of a subject and
    session are refused.

    Raises
    ------
    Invalid
        A file cannot be read, is empty, lacks a column, or has a malformed row; the message names file and
        line.
    """
    table = pd.DataFrame([row for path in paths for row in _rows_of(path)], columns=[*COLUMNS, "where"])
    notes = []
    repeated = table.duplicated(list(COLUMNS))
    if repeated.any():
        notes.append(
            f"{repeated.sum()} repeated rows were taken once; the first is {_first(table, repeated)}"
        )
        table = table[~repeated].reset_index(drop=True)
    twice = table.duplicated(["subj", "session", "trial"])
    if twice.any():
        row = table[twice].iloc[0]
        trial = f"trial {row['trial']} of {row['subj']}, session {row['session']}"
        raise Invalid("answered_twice", f"{row['where']}: another answer to {trial}; keep one of the two")
    table["image"] = table["imagename"].map(image_id)
    table["correct"] = table["object_response"] == table["category"]
    return Imported(table, (*notes, *_caveats(table)))


def image_id(imagename: str) -> str:
    """The name of the picture itself.

    Published names may begin with a trial's number and the observer ("0001_cl_s01_..._n02951358_5952.JPEG"),
    of which the last part, with an ImageNet prefix, is the picture's.
    """
    prefixed = _TRIAL_PREFIX.match(imagename)
    return prefixed["image"] if prefixed else imagename


def accuracy_table(imported: Imported) -> pd.DataFrame:
    """`subj`, `condition`, `trials`, `correct`, `proportion_correct`; no answer counts as wrong."""
    answers = imported.answers.rename(columns={"subj": "participant_id"})
    scores = scores_of(answers).rename(columns={"participant_id": "subj"})
    return scores.assign(proportion_correct=scores["correct"] / scores["trials"])


def consistency_table(imported: Imported) -> pd.DataFrame:
    """Error consistency of every two subjects in each condition (see `app.analysis.consistency`)."""
    answers = imported.answers.rename(columns={"subj": "observer", "image": "stimulus"})
    return pairwise_consistency(answers, imported.conditions)


def confusion_table(imported: Imported) -> pd.DataFrame:
    """The confusion table over all subjects; answers that are no category have columns of their own."""
    answers = imported.answers.rename(columns={"object_response": "answer"})
    labels = {*answers["category"], *(name for name in answers["answer"] if not is_na(name))}
    return confusion(answer_counts(answers), imported.conditions, sorted(labels))


def written(trials: pd.DataFrame, study: str) -> dict[str, bytes]:
    """Our trials as one file per participant, named as the published ones.

    `trials` has the columns of the codebook. Underscores and slashes of pictures' names become hyphens, since
    readers of the format cut names at underscores. Raises `Conflict` if that makes one name of two.
    """
    names = {name: re.sub("[_/]", "-", name) for name in trials["natural_id"].unique()}
    if len(set(names.values())) != len(names):
        raise Conflict(
            "names_collide", "pictures' names differ only by _ or / or -, which this format cannot tell"
        )
    files = {}
    for number, part in trials.groupby("participant_id"):
        subject = f"subject-{number:02d}"
        rows = [
            [subject, 1, trial, _seconds(rt_ms), answer, category, condition, names[natural_id]]
            for trial, (rt_ms, answer, category, condition, natural_id) in enumerate(
                zip(*(part[name] for name in _OURS), strict=True), start=1
            )
        ]
        files[f"{study}_{subject}_session-1.csv"] = table_csv(COLUMNS, rows)
    return files


def _seconds(rt_ms: float) -> float | str:
    """As published files write it; those of networks, which have no response times, say NaN."""
    return "NaN" if math.isnan(rt_ms) else rt_ms / 1000


_OURS = ("rt_ms", "answer", "category", "condition", "natural_id")


def _rows_of(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise Invalid("unreadable", f"{path}: cannot be read ({reason})") from None
    if not lines:
        raise Invalid("empty", f"{path}: is empty; the first line must name the columns {', '.join(COLUMNS)}")
    header = [name.strip().lower() for name in lines[0]]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise Invalid("missing_column", f"{path}:1: no column {missing[0]!r}; there are {', '.join(header)}")
    if len(lines) < 2:
        raise Invalid("empty", f"{path}: has a header and no rows")
    places = [header.index(name) for name in COLUMNS]
    return [
        _row(cells, places, len(header), f"{path}:{number}")
        for number, cells in enumerate(lines[1:], start=2)
        if cells
    ]


def _row(cells: list[str], places: list[int], width: int, where: str) -> list[str]:
    if len(cells) != width:
        raise Invalid("malformed_row", f"{where}: {len(cells)} cells, but the header has {width}")
    row = dict(zip(COLUMNS, (cells[place].strip() for place in places), strict=True))
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
    return [*row.values(), where]


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
    again = table.duplicated(["subj", "condition", "image"])
    if again.any():
        notes.append(
            f"{again.sum()} pictures were shown again to the same subject; error consistency takes the first "
            f"answer; the first repeated one is {_first(table, again)}"
        )
    return notes


def _first(table: pd.DataFrame, rows: pd.Series) -> str:
    return str(table[rows]["where"].iloc[0])
