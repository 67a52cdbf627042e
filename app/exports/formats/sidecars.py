"""What formats with a description beside each table share: columns in words, and cells as text."""

import json
import re
from typing import Any

import pandas as pd

from app.analysis.results import StudyAnalysis
from app.analysis.wording import participants_in_words, plural
from app.core.clock import utc_text
from app.tasks.codebook import Column
from synthesis.common.csv_file import neutralised

MISSING = "n/a"


def label(name: str) -> str:
    """Letters and digits only, as file names of BIDS and Psych-DS hold in their values."""
    return re.sub("[^A-Za-z0-9]", "", name)


def in_json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def description(analysis: StudyAnalysis) -> str:
    """A study's data set in a sentence."""
    who = participants_in_words(analysis.everyone.participants, analysis.audience)
    what = "recognition of metamers" if not analysis.task.adaptive else "thresholds along dimensions"
    answered = plural(analysis.answered, "answered trial")
    return f"{analysis.study.name}: {what} of {analysis.network}; {who}, {answered}."


def tsv(table: pd.DataFrame) -> bytes:
    """Tab-separated text: n/a where a value is missing; tabs and line ends in text become spaces."""
    lines = ["\t".join(table.columns)]
    lines += ["\t".join(map(_cell, row)) for row in table.itertuples(index=False, name=None)]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value != value or value == "":
        return MISSING
    if isinstance(value, pd.Timestamp):
        return utc_text(value)
    if isinstance(value, str):
        return str(neutralised(" ".join(value.split()))) or MISSING
    return str(value).lower() if str(value) in ("True", "False") else str(value)


def described(column: Column) -> dict[str, str]:
    """A column as BIDS describes it."""
    units = {"Units": column.unit} if column.unit else {}
    return {"Description": column.description, **units}
