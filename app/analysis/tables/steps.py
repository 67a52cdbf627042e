"""The table of steps: a row for each page of a session that a participant left behind; pure."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

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
    )


def _measured(kinds: Sequence[StepKind]) -> tuple[Column, ...]:
    """What the results of these kinds hold; a column that several kinds have comes once."""
    of_kinds = {column.name: column for kind in kinds for column in kind.columns}
    return (*OF_ANY_PAGE, *of_kinds.values())


def step_table(
    rows: Sequence[Any], kinds: Sequence[StepKind], study: str, audience: Audience
) -> pd.DataFrame:
    """The table from the rows of `app.analysis.queries.step_results`; results are read as when they came."""
    records = [_record(row, study, audience) for row in rows]
    columns = [column.name for column in step_columns(kinds)]
    types = {"number": "float64", "integer": "Int64", "boolean": "boolean"}
    table = pd.DataFrame(records, columns=columns)
    return table.astype(
        {column.name: types[column.type] for column in _measured(kinds) if column.type in types}
    )


def _record(row: Any, study: str, audience: Audience) -> dict[str, Any]:
    record = {"study": study, "audience": audience, **row._mapping}
    kind, raw, flags = KINDS.get(row.step), record.pop("result"), flags_in(record["flags"])
    if kind is not None and kind.result is not None:
        reading = read(kind.result, raw)
        record |= reading.record.model_dump()
        flags = (*flags, *reading.flags)
    return {**record, "flags": " ".join(dict.fromkeys(flags))}
