"""Recognition of metamers beside thresholds, layer by layer."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.figures.axes import Panel, log_domain, log_x
from synthesis.common.charts import BLUE, MUTED, VERMILION
from synthesis.common.wording import readable_layer

_WIDTH, _ROW = 280, 46
_SHIFT = 9  # px by which the two marks of a layer stand apart
_SERIES = ("people’s threshold", "the network’s metamers")
_RECOGNISED = "Metamers recognised (proportion correct)"
_CONTRAST = "RMS contrast of the difference"
TITLE = "Recognition beside thresholds"


def beside_figure(found: Beside) -> Figure:
    """Left, recognition of each layer's metamers; right, how far they stray and where people notice."""
    title = f"{TITLE}: {found.network}"
    rows = [{**row, "name": readable_layer(row["layer"])} for row in records(found.table)]
    names = [row["name"] for row in rows]
    height = max(2, len(rows)) * _ROW
    panels = [_recognition(rows, names, found.chance, height), _distances(rows, names, height)]
    caption = [
        f"Recognition: {found.recognition_study}, mean ±1 SEM over participants; dashed: chance.",
        f"Threshold: {found.threshold_study}, 70.7 % right, mean of the layer’s dimensions with a 95 % "
        "bootstrap interval.",
        "Metamers: geometric mean of the RMS difference from their naturals; bars: first to third quartile.",
        *(f"{note[0].upper()}{note[1:]}." for note in found.notes),
    ]
    chart = alt.hconcat(*panels, spacing=30).properties(title=titled(title, caption))
    alt_text = "Recognition and threshold in RMS contrast by layer: " + ", ".join(_told(rows))
    return draw(chart, title, alt_text, found.table)


def _told(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["proportion_correct"] is not None and row["threshold_rms"] is not None:
            yield f"{row['name']} {row['proportion_correct']:.2f} and {row['threshold_rms']:.3g}"


def _y(names: list[str], *, labels: bool) -> alt.Y:
    axis = alt.Axis(title=None, labelLimit=0, domain=False, ticks=False, labels=labels)
    return alt.Y("name:N", scale=alt.Scale(domain=names), axis=axis)


def _recognition(rows: list[dict[str, Any]], names: list[str], chance: float, height: int) -> Panel:
    values = [
        {
            "name": row["name"],
            "value": row["proportion_correct"],
            "low": row["proportion_correct"] - (row["sem"] or 0),
            "high": row["proportion_correct"] + (row["sem"] or 0),
        }
        for row in rows
        if row["proportion_correct"] is not None
    ]
    axis = alt.Axis(title=_RECOGNISED, values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelFlush=False)
    scale, y = alt.Scale(domain=[0, 1], nice=False), _y(names, labels=True)
    x, low, at = (alt.X(f"{field}:Q", scale=scale, axis=axis) for field in ("value", "low", "chance"))
    base = alt.Chart(alt.InlineData(values=values))
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=low, x2="high:Q", y=y)
    marks = base.mark_point(filled=True, color=BLUE, size=95, opacity=1).encode(x=x, y=y)
    line = alt.Chart(alt.InlineData(values=[{"chance": chance}])).mark_rule(color=MUTED, strokeDash=[5, 4])
    return alt.layer(line.encode(x=at), bars, marks).properties(width=_WIDTH, height=height)


def _distances(rows: list[dict[str, Any]], names: list[str], height: int) -> Panel:
    values = [value for row in rows for value in _marks(row)]
    known = [value[name] for value in values for name in ("value", "low", "high") if value[name] is not None]
    x, low = (log_x(f"{field}:Q", _CONTRAST, log_domain(known)) for field in ("value", "low"))
    series = [name for name in _SERIES if any(value["series"] == name for value in values)]
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1)
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[VERMILION, BLUE]), legend=legend)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=series, range=["diamond", "circle"]), legend=legend)
    y, layers = _y(names, labels=False), []
    for name, shift in zip(_SERIES, (-_SHIFT, _SHIFT), strict=True):
        base = alt.Chart(alt.InlineData(values=[value for value in values if value["series"] == name]))
        bars = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
        bars = bars.mark_rule(strokeWidth=2, yOffset=shift)
        marks = base.mark_point(filled=True, size=95, opacity=1, yOffset=shift)
        layers += [bars.encode(x=low, x2="high:Q", y=y, color=colour)]
        layers += [marks.encode(x=x, y=y, color=colour, shape=shape)]
    return alt.layer(*layers).properties(width=_WIDTH, height=height)


def _marks(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kinds = (("threshold_rms", "rms_low", "rms_high"), ("metamer_rms", "metamer_rms_q1", "metamer_rms_q3"))
    for series, (value, low, high) in zip(_SERIES, kinds, strict=True):
        if row[value] is not None:
            ends = {"low": row[low], "high": row[high]}
            yield {"name": row["name"], "series": series, "value": row[value], **ends}
