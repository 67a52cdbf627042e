"""Trials as jsPsych 8 stores them: a JSON array of one object per trial."""

import json
import math
from typing import Any

import pandas as pd

from app.core.clock import utc_text
from app.exports import queries
from app.exports.files import Files
from app.exports.source import Source
from app.tasks.task import Task

# What jsPsych's own plugins call these columns.
RENAMED = {"rt_ms": "rt", "answer": "response", "natural_id": "stimulus", "original": "stimulus"}
MOMENTS = ("issued_at", "received_at")


class JsPsychFormat:
    """All answered main trials. `rt` is in ms, and null without an answer, as in jsPsych."""

    name = "jspsych"
    title = "jsPsych JSON"
    purpose = "An array of trial objects, for scripts that were written for the data of jsPsych."
    holds_panel_ids = False
    holds_levels = True

    async def write(self, source: Source, files: Files) -> int:
        analysis = source.analysis
        begun = await queries.beginnings(source.session, analysis.study.id, analysis.audience)
        rows, before = 0, b"[\n"
        with files.open("trials.json") as out:
            async for part in source.trials():
                for trial in objects(part, analysis.task, begun):
                    out.write(before + json.dumps(trial, ensure_ascii=False).encode())
                    before = b",\n"
                    rows += 1
            out.write(b"\n]\n" if rows else b"[]\n")
        return rows


def objects(table: pd.DataFrame, task: Task, begun: dict[int, pd.Timestamp]) -> list[dict[str, Any]]:
    """One object per row. `time_elapsed` is in ms, from consent to the moment the answer was stored; null
    without one.
    """
    rows = table.rename(columns=RENAMED).to_dict("records")
    return [_object(row, task, begun[row["participant_id"]]) for row in rows]


def _object(row: dict[Any, Any], task: Task, begun: pd.Timestamp) -> dict[str, Any]:
    moments = {name: row.pop(name) for name in MOMENTS if name in row}
    received = moments["received_at"]
    first = {
        "trial_type": f"metamerlab-{task.kind}",
        "trial_index": row.pop("trial_index"),
        "time_elapsed": None if pd.isna(received) else round((received - begun).total_seconds() * 1000),
        "rt": row.pop("rt"),
        "response": row.pop("response") or None,
    }
    record = {name: _value(value) for name, value in {**first, **row}.items()}
    times = {name: None if pd.isna(moment) else utc_text(moment) for name, moment in moments.items()}
    return {**record, **times}


def _value(value: Any) -> Any:
    """JSON knows neither NaN nor pandas' missing values."""
    if value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value
