"""Recognition and response times in the course of a session."""

from typing import Any

import altair as alt

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.measures.learning import learning_curve
from app.analysis.results import Trials
from app.analysis.tables.csv_tables import records
from app.analysis.wording import participants_in_words
from synthesis.common.charts import BLUE, GREEN

_WIDTH, _HEIGHT = 480, 170


def learning_figure(trials: Trials) -> Figure:
    """Two panels over successive parts of the session: proportion correct, median response time."""
    analysis = trials.analysis
    table = learning_curve(trials.kept)
    rows = records(table)
    blocks = [row["block"] for row in rows]
    values = [
        {
            "block": row["block"],
            "right": row["proportion_correct"],
            "right_low": row["proportion_correct"] - (row["sem"] or 0),
            "right_high": row["proportion_correct"] + (row["sem"] or 0),
            **_seconds(row["rt_ms"], row["rt_sem"] or 0),
        }
        for row in rows
    ]
    title = f"Learning and fatigue: {analysis.study.name}"
    caption = [
        f"{participants_in_words(analysis.recognition.participants, analysis.audience)}; each "
        f"session cut into {len(blocks)} parts of equal length.",
        "Bars: ±1 SEM over participants (ddof 1). Conditions come in random order.",
    ]
    chart = alt.vconcat(
        _panel(values, blocks, "right", "Proportion correct", BLUE, alt.Scale(domain=[0, 1], nice=False)),
        _panel(values, blocks, "rt", "Response time (s)", GREEN, alt.Scale(zero=False, padding=10)),
        spacing=14,
    ).properties(title=titled(title, caption))
    return draw(chart, title, "Proportion correct and response time over parts of the session.", table)


def _seconds(rt_ms: float | None, sem_ms: float) -> dict[str, float]:
    """A block without any response time has no point."""
    if rt_ms is None:
        return {}
    return {"rt": rt_ms / 1000, "rt_low": (rt_ms - sem_ms) / 1000, "rt_high": (rt_ms + sem_ms) / 1000}


def _panel(
    values: list[dict[str, Any]], blocks: list[int], field: str, title: str, colour: str, scale: alt.Scale
) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.InlineData(values=values))
    x = alt.X(
        "block:Q",
        title="Part of the session",
        scale=alt.Scale(domain=[0.5, max(blocks, default=1) + 0.5], nice=False),
        axis=alt.Axis(values=blocks, format="d", grid=False),
    )
    y = alt.Y(f"{field}:Q", title=title, scale=scale)
    bars = base.mark_errorbar(
        ticks={"size": 7, "opacity": 1}, rule={"opacity": 1}, thickness=1.4, color=colour
    )
    line = base.mark_line(color=colour, strokeWidth=2)
    marks = base.mark_point(filled=True, opacity=1, size=70, color=colour)
    tooltip = ["block:Q", alt.Tooltip(f"{field}:Q", title=title, format=".3f")]
    return alt.layer(
        bars.encode(x=x, y=alt.Y(f"{field}_low:Q", title=title), y2=f"{field}_high:Q"),
        line.encode(x=x, y=y),
        marks.encode(x=x, y=y, tooltip=tooltip),
    ).properties(width=_WIDTH, height=_HEIGHT)
