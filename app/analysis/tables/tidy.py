"""The tidy table of trials, as the codebook tells; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.analysis.stimulus_names import StimulusNames
from app.analysis.tables.codebook import record_columns, trial_columns
from app.experiments.schemas import Audience
from app.tasks.reading import flags_in, flat, read
from app.tasks.task import Task

_TYPES = {"number": "float64", "integer": "Int64", "boolean": "boolean"}


def tidy(
    rows: Sequence[Any],
    study: str,
    audience: Audience,
    task: Task,
    names: StimulusNames,
    offsets: Mapping[int, int],
) -> pd.DataFrame:
    """The table of the codebook from the rows of `app.analysis.queries.main_trials`.

    `offsets` are participants' local times less UTC, in minutes.

    A record is read here as strictly as when it came: what an earlier release or a hand stored and what
    cannot be is missing, and named in `flags`.
    """
    measured = record_columns(task)
    records = []
    for row in rows:
        record = {"study": study, "audience": audience, **row._mapping}
        record["utc_offset_minutes"] = offsets.get(row.participant_id)
        reading = read(task.record, record.pop("timing"))
        record |= _place(record.pop("bundle_id"), record, names)
        record["flags"] = " ".join(dict.fromkeys((*flags_in(record["flags"]), *reading.flags)))
        records.append({**record, **flat(reading.record)})
    table = pd.DataFrame(records, columns=[column.name for column in trial_columns(task)])
    types = {column.name: _TYPES[column.type] for column in measured if column.type in _TYPES}
    types |= {"utc_offset_minutes": "Int64", "rt_ms": "float64", "on_time": "boolean", "attended": "boolean"}
    return table.astype({"completed": bool, "correct": bool, **types})


def _place(bundle_id: int, record: dict[str, Any], names: StimulusNames) -> dict[str, str]:
    """What the study calls a stimulus of a bundle."""
    place = names.place(bundle_id, record["condition"])
    natural_id = names.natural_id(bundle_id, record["natural_id"])
    return {
        "natural_id": natural_id,
        "condition": place.name,
        "network": place.network,
        "layer": place.layer,
    }
