"""The table of issued trials of the ABX task: its columns in order, and what each means; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.analysis.tables.codebook import PEOPLE_FLAGS, UTC_OFFSET, record_columns
from app.experiments.schemas import Audience
from app.tasks.codebook import Column
from app.tasks.reading import flags_in, flat, read
from app.tasks.task import Task

_TYPES = {"number": "float64", "integer": "Int64", "boolean": "boolean"}
# What follows when exclusions are applied.
_FOLLOWING = {"participant_excluded": "", "trial_excluded": "", "participant_flags": ""}
# What a certificate of a level holds that the table takes, by the table's names.
_CERTIFIED = {"target": "target", "rms": "rms", "drift": "drift"}


def abx_columns(task: Task) -> tuple[Column, ...]:
    """All columns, those that the page records of a trial among them."""
    return (
        Column("study", "text", "", "name of the study"),
        Column("audience", "text", "", "live, pilot or simulated: which link the participant came by"),
        Column("participant_id", "integer", "", "number of the participant in this database; names nobody"),
        Column("slot", "integer", "", "number of the plan in the study's balanced series, from 0"),
        Column("completed", "boolean", "", "the participant finished the study"),
        Column("trial_index", "integer", "", "place in the participant's session, from 0, practice included"),
        Column(
            "phase", "text", "", "practice, main or catch; thresholds are estimated from main trials alone"
        ),
        Column("dimension", "text", "", "id of the dimension of the bundle; control: white noise"),
        Column("original", "text", "", "the natural picture"),
        Column(
            "asked_level", "number", "sd", "level that the procedure chose (of the control: RMS contrast)"
        ),
        Column("target", "number", "sd", "level that the picture shown was made for"),
        Column("level", "number", "sd", "level as measured on the picture that was shown"),
        Column("rms", "number", "", "root mean square difference of the picture from its original, 0 to 1"),
        Column("drift", "number", "sd", "norm of the change of the layer's other coordinates"),
        Column("fell_back", "boolean", "", "the picture asked for was not there in time"),
        Column(
            "blob_sha256", "text", "", "SHA-256 of the changed picture's bytes; its file name in the bundle"
        ),
        Column("changed_first", "boolean", "", "the changed picture was A, the original B"),
        Column("x_changed", "boolean", "", "X was the changed picture"),
        Column("answer", "text", "", "first (X is A) or second (X is B); empty: not answered"),
        Column("correct", "boolean", "", "the answer is the right one; decided on the server"),
        Column("rt_ms", "number", "ms", f"from {task.medium.rt_onset} to the answer; empty without one"),
        *record_columns(task),
        Column("on_time", "boolean", "", "A, B and X were shown within a frame of the requested time"),
        Column(
            "attended", "boolean", "", "the page kept the focus and was not hidden; empty if it did not say"
        ),
        Column(
            "participant_excluded",
            "text",
            "",
            "the rule by which this participant is left out of the results; empty if the participant counts",
        ),
        Column("trial_excluded", "text", "", "the rule by which this trial is dropped; empty if it counts"),
        Column("flags", "text", "", "names of what the page sent but cannot be, parted by spaces"),
        Column("participant_flags", "text", "", f"what to look at in this participant: {PEOPLE_FLAGS}"),
        Column("issued_at", "time", "", "when the level was chosen and the picture given out"),
        Column("received_at", "time", "", "when the server stored the answer"),
        UTC_OFFSET,
    )


def abx_table(
    rows: Sequence[Mapping[str, Any]], study: str, audience: Audience, task: Task, offsets: Mapping[int, int]
) -> pd.DataFrame:
    """The columns `abx_columns` from the rows of `queries.abx_trials` by name; without exclusions yet.

    A record is read as strictly as when it came (`app.tasks.reading`). `offsets` are participants' local
    times less UTC, in minutes.
    """
    columns = abx_columns(task)
    records = [_record(row, study, audience, task, offsets) for row in rows]
    table = pd.DataFrame(records, columns=[column.name for column in columns])
    return table.astype({column.name: _TYPES.get(column.type, "object") for column in columns})


def _record(
    row: Mapping[str, Any], study: str, audience: Audience, task: Task, offsets: Mapping[int, int]
) -> dict[str, Any]:
    record = {**_FOLLOWING, "study": study, "audience": audience, **row}
    record["utc_offset_minutes"] = offsets.get(record["participant_id"])
    certificate = record.pop("certificate") or {}
    record |= {name: certificate.get(field) for name, field in _CERTIFIED.items()}
    timing, flags = record.pop("timing"), flags_in(record["flags"])
    if record["answer"] is None:
        return {**record, "answer": "", "flags": ""}
    reading = read(task.record, timing)
    return {**record, **flat(reading.record), "flags": " ".join(dict.fromkeys((*flags, *reading.flags)))}
