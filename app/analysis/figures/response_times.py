"""Response times by condition, for right and for wrong answers."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.condition_axis import condition_axis, position, width
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.measures.response_times import response_times
from app.analysis.results import Trials
from app.analysis.tables.csv_tables import records
from app.analysis.wording import participants_in_words, readable
from synthesis.common.charts import BLUE, VERMILION

_HEIGHT = 260
_SHIFT = {"right": -0.09, "wrong": 0.09}  # they stand beside each other


def response_times_figure(trials: Trials) -> Figure:
    """Mean over participants of their median response times, with SEM bars."""
    analysis = trials.analysis
    table = response_times(trials.kept, analysis.conditions)
    values = _points(table, analysis.conditions)
    base = alt.Chart(alt.InlineData(values=values))
    x = condition_axis(analysis.conditions, analysis.network)
    domain = ["right", "wrong"]
    colour = alt.Color(
        "answers:N",
        title="Answers",
        scale=alt.Scale(domain=domain, range=[BLUE, VERMILION]),
        legend=alt.Legend(orient="top", symbolOpacity=1),
    )
    shape = alt.Shape(
        "answers:N", title="Answers", scale=alt.Scale(domain=domain, range=["circle", "square"])
    )
    axis_title = "Response time (s)"
    bars = base.mark_errorbar(ticks={"size": 7, "opacity": 1}, rule={"opacity": 1}, thickness=1.4).encode(
        x=x, y=alt.Y("low:Q", title=axis_title), y2="high:Q", color=colour
    )
    marks = base.mark_point(filled=True, opacity=1, size=80).encode(
        x=x,
        y=alt.Y("rt_s:Q", title=axis_title, scale=alt.Scale(zero=False, nice=True, padding=12)),
        color=colour,
        shape=shape,
        tooltip=["name:N", "answers:N", alt.Tooltip("rt_s:Q", format=".3f"), "participants:Q"],
    )
    title = f"Response times: {analysis.study.name}"
    caption = [
        f"Mean over {participants_in_words(analysis.recognition.participants, analysis.audience)} of their "
        f"median times from {analysis.medium.rt_onset}.",
        "Bars: ±1 SEM over participants (ddof 1). A participant without such answers is not in the mean.",
    ]
    chart = alt.layer(bars, marks).properties(
        title=titled(title, caption), width=width(len(analysis.conditions)), height=_HEIGHT
    )
    return draw(chart, title, "Median response times by condition, right and wrong answers apart.", table)


def _points(table: pd.DataFrame, conditions: Sequence[str]) -> list[dict[str, Any]]:
    """One point per condition for right and for wrong answers, in s."""
    index = {condition: number for number, condition in enumerate(conditions)}
    return [
        {
            "name": readable(row["condition"]),
            "answers": row["answers"],
            "position": position(index[row["condition"]]) + _SHIFT[row["answers"]],
            "rt_s": row["mean"] / 1000,
            "low": (row["mean"] - (row["sem"] or 0)) / 1000,
            "high": (row["mean"] + (row["sem"] or 0)) / 1000,
            "participants": row["n"],
        }
        for row in records(table)
        if row["answers"] in _SHIFT and row["n"]
    ]
