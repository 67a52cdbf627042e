"""Thresholds by layer and dimension, in the dimensions' own unit and in RMS contrast."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.dimensions import group_name, groups_of
from app.analysis.thresholds.figures.axes import Panel, colour_of, log_domain, log_x, without_data
from app.analysis.thresholds.fits import kept
from app.analysis.thresholds.groups import SCALES, Scale
from app.analysis.thresholds.measured import Measured
from synthesis.common.charts import INK

_WIDTH, _ROW = 300, 24
_TITLES: dict[Scale, str] = {
    "coordinate": "Threshold (standard deviations)",
    "rms": "Threshold (RMS contrast of the difference)",
}
TITLE = "Thresholds by layer"
# A row of the figure: its label, its layer and whether it is the mean of the layer.
Rows = list[tuple[str, str, bool]]


def by_layer_figure(measured: Measured) -> Figure:
    """Two panels of one row per dimension, under a row for the mean of each layer."""
    title = f"{TITLE}: {measured.study}"
    if not measured.shown:
        return without_data(title, measured, "No threshold has been measured yet.", measured.groups)
    rows = list(_rows(measured))
    panels = [
        panel
        for number, scale in enumerate(_TITLES)
        if (panel := _panel(measured, scale, rows, first=not number))
    ]
    caption = [
        f"{measured.in_words}. Threshold: the level at which 70.7 % are right; larger means less sensitive.",
        "Large marks: geometric mean over participants with a 95 % bootstrap interval over participants.",
        "Small marks: single participants. Diamonds: mean over the dimensions of a layer.",
    ]
    chart = alt.hconcat(*panels, spacing=24).properties(title=titled(title, caption))
    return draw(chart, title, _alt(measured), measured.groups)


def _rows(measured: Measured) -> Iterator[tuple[str, str, bool]]:
    for group, members in groups_of(measured.shown).items():
        if len(members) > 1:
            yield f"{group_name(group)}: mean", group, True
        yield from ((one.name, group, False) for one in members)


def _alt(measured: Measured) -> str:
    layers = measured.groups[measured.groups["of"].eq("layer") & measured.groups["scale"].eq("rms")]
    told = [
        f"{row['name']} {row['threshold']:.3g}" for row in records(layers) if row["threshold"] is not None
    ]
    return f"Mean threshold by layer in RMS contrast: {', '.join(told)}."


def _panel(measured: Measured, scale: Scale, rows: Rows, *, first: bool) -> Panel | None:
    means, single = _means(measured, scale, rows), _single(measured, scale, rows)
    if not len(means):
        return None
    domain = log_domain(
        [*means["threshold"], *means["low"].dropna(), *means["high"].dropna(), *single["threshold"]]
    )
    fields = ("threshold", "low")
    x, low = (log_x(f"{field}:Q", _TITLES[scale], domain) for field in fields)
    labels = alt.Axis(title=None, labelLimit=0, domain=False, ticks=False, labels=first)
    y = alt.Y("row:N", axis=labels, scale=alt.Scale(domain=[label for label, *_ in rows], paddingInner=0.2))
    groups = list(dict.fromkeys(group for _, group, _ in rows))
    colours = colour_of(groups)
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=list(colours.values())), legend=None)
    base = alt.Chart(alt.InlineData(values=records(means)))
    people = alt.Chart(alt.InlineData(values=records(single)))
    dots = people.mark_point(filled=True, size=18, opacity=0.35).encode(
        x=x, y=y, color=colour, tooltip=_tooltip("participant")
    )
    bars = base.mark_rule(strokeWidth=2).encode(x=low, x2="high:Q", y=y, color=colour)
    shape = alt.Shape(
        "mark:N", scale=alt.Scale(domain=["dimension", "layer"], range=["circle", "diamond"]), legend=None
    )
    marks = base.mark_point(filled=True, opacity=1, size=110, stroke=INK, strokeWidth=0.8).encode(
        x=x, y=y, color=colour, shape=shape, tooltip=_tooltip("participants")
    )
    return alt.layer(dots, bars, marks).properties(width=_WIDTH, height=_ROW * len(rows))


def _tooltip(who: str) -> list[Any]:
    return [
        alt.Tooltip("row:N", title="Dimension"),
        alt.Tooltip("threshold:Q", title="Threshold", format=".3g"),
        alt.Tooltip(f"{who}:Q", title=who.capitalize()),
    ]


def _means(measured: Measured, scale: Scale, rows: Rows) -> pd.DataFrame:
    """The group's thresholds of one scale at the rows of the figure; noise has no standard deviations."""
    names = {(label, mean): (label, group) for label, group, mean in rows}
    found = []
    for row in records(measured.groups[measured.groups["scale"].eq(scale)]):
        mean = row["of"] == "layer"
        label = f"{row['name']}: mean" if mean else row["name"]
        if (label, mean) not in names or _other_unit(scale, row["unit"]) or row["threshold"] is None:
            continue
        label, group = names[label, mean]
        numbers = {"threshold": row["threshold"], "low": row["ci_low"], "high": row["ci_high"]}
        found.append(
            {"row": label, "group": group, "mark": row["of"], **numbers, "participants": row["participants"]}
        )
    columns = ["row", "group", "mark", "threshold", "low", "high", "participants"]
    return pd.DataFrame(found, columns=columns).astype({"threshold": float, "low": float, "high": float})


def _single(measured: Measured, scale: Scale, rows: Rows) -> pd.DataFrame:
    names = {one.id: (one.name, one.group, one.unit) for one in measured.shown}
    found = [
        {
            "row": names[row["dimension"]][0],
            "group": names[row["dimension"]][1],
            "threshold": row[SCALES[scale]],
            "participant": row["participant_id"],
        }
        for row in records(kept(measured.fits))
        if row["dimension"] in names and row[SCALES[scale]] is not None
        if not _other_unit(scale, names[row["dimension"]][2])
    ]
    return pd.DataFrame(found, columns=["row", "group", "threshold", "participant"])


def _other_unit(scale: Scale, unit: str) -> bool:
    """Whether a threshold does not belong on the axis of standard deviations."""
    return scale == "coordinate" and unit != "sd"
