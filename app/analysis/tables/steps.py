"""The table of steps: a row for each page of a session that a participant left behind; pure.

And that of surveys: a row for each answer, and for each option that was chosen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from app.analysis.tables.codebook import UTC_OFFSET
from app.experiments.schemas import Audience
from app.steps.registry import KINDS
from app.steps.step import StepKind
from app.tasks.codebook import Column
from app.tasks.reading import flags_in, read

_TYPES = {"number": "float64", "integer": "Int64", "boolean": "boolean"}
OF_ANY_PAGE = (
    Column("shown_ms", "number", "ms", "from the page's appearance to the press that ended it"),
    Column("focus_losses", "integer", "", "how often the page lost the focus during the step"),
    Column("hidden", "boolean", "", "the page was hidden at some time during the step"),
)


# What tells in both tables whose row it is.
_WHOSE = ("study", "audience", "participant_id", "slot", "position")
ANSWERS = "answers"


def step_columns(kinds: Sequence[StepKind]) -> tuple[Column, ...]:
    """All columns of a table of these kinds of steps."""
    return (
        Column("study", "text", "", "name of the study"),
        Column("audience", "text", "", "live, pilot or simulated: which link the participant came by"),
        Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
        Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
        Column("position", "integer", "", "place of the step in the participant's session, from 0"),
        Column("step", "text", "", "kind of step"),
        *_measured(kinds),
        Column("flags", "text", "", "names of what the page sent but cannot be, parted by spaces"),
        Column("received_at", "time", "", "when the server stored the result"),
        UTC_OFFSET,
    )


def _measured(kinds: Sequence[StepKind]) -> tuple[Column, ...]:
    """What the results of these kinds hold; a column that several kinds have comes once."""
    of_kinds = {column.name: column for kind in kinds for column in kind.columns}
    return (*OF_ANY_PAGE, *of_kinds.values())


def step_table(
    rows: Sequence[Any],
    kinds: Sequence[StepKind],
    study: str,
    audience: Audience,
    offsets: Mapping[int, int],
) -> pd.DataFrame:
    """The table from the rows of `app.analysis.queries.step_results`; results are read as when they came.

    `offsets` are participants' local times less UTC, in minutes.
    """
    records = [
        _record(row, study, audience) | {"utc_offset_minutes": offsets.get(row.participant_id)}
        for row in rows
    ]
    columns = [column.name for column in step_columns(kinds)]
    types = {"number": "float64", "integer": "Int64", "boolean": "boolean"}
    table = pd.DataFrame(records, columns=columns)
    return table.astype(
        {
            column.name: types[column.type]
            for column in (*_measured(kinds), UTC_OFFSET)
            if column.type in types
        }
    )


def _record(row: Any, study: str, audience: Audience) -> dict[str, Any]:
    record = {"study": study, "audience": audience, **row._mapping}
    kind, raw, flags = KINDS.get(row.step), record.pop("result"), flags_in(record["flags"])
    if kind is not None and kind.result is not None:
        reading = read(kind.result, raw)
        record |= {name: _as_cell(value) for name, value in reading.record.model_dump().items()}
        flags = (*flags, *reading.flags)
    return {**record, "flags": " ".join(dict.fromkeys(flags))}


def _as_cell(value: Any) -> Any:
    """A cell holds one value: what has parts is JSON, in an order that is the same for all databases."""
    has_parts = isinstance(value, dict | list)
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if has_parts else value


def survey_columns() -> tuple[Column, ...]:
    """All columns of the table of answers to surveys."""
    whose = tuple(column for column in step_columns(()) if column.name in _WHOSE)
    return (
        *whose,
        Column("question", "text", "", "id of the question in the study file"),
        Column("answer", "text", "", "the answer; of several options that were chosen, each has a row"),
    )


def survey_table(steps: pd.DataFrame) -> pd.DataFrame:
    """The answers to surveys from a table of steps; none if the study asks no questions."""
    rows = steps.to_dict("records") if ANSWERS in steps else []
    answers = [answer for row in rows for answer in _answers(row)]
    return pd.DataFrame(answers, columns=[column.name for column in survey_columns()], dtype=object)


def _answers(row: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    if not isinstance(row[ANSWERS], str):
        return
    whose = {name: row[name] for name in _WHOSE}
    for question, answer in json.loads(row[ANSWERS]).items():
        for one in answer if isinstance(answer, list) else [answer]:
            yield {**whose, "question": question, "answer": str(one)}
