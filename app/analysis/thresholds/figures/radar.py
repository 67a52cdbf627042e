"""Radar charts: the thresholds of the group and of each participant, a spoke for each dimension."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.dimensions import MeasuredDimension
from app.analysis.thresholds.figures.axes import Panel, log_domain, log_ticks, without_data
from app.analysis.thresholds.fits import kept
from app.analysis.thresholds.groups import SCALES, Scale
from app.analysis.thresholds.measured import Measured
from app.analysis.wording import plural
from synthesis.common.charts import BLUE, GRID, MUTED, VERMILION

LEAST_SPOKES = 3
MOST_PANELS = 24
MOST_RINGS = 4
COLUMNS = 3
_ALIGNED: dict[int, Literal["left", "center", "right"]] = {1: "left", 0: "center", -1: "right"}
_RADIUS = 84
_ACROSS, _UP = 1.95, 1.3  # half of the rectangle that holds a circle of radius 1 and its labels
_INNER = 0.15  # radius of the least value of the axis
_UNITS: dict[Scale, str] = {"coordinate": "standard deviations", "rms": "RMS contrast"}
_TITLES: dict[Scale, str] = {"coordinate": "Thresholds, radar", "rms": "Thresholds in RMS contrast, radar"}


@dataclass(frozen=True)
class _Spokes:
    """Where values stand: angles of dimensions, radii on a logarithmic axis from `low` to `high`."""

    dimensions: tuple[MeasuredDimension, ...]
    low: float
    high: float

    @property
    def rings(self) -> list[float]:
        """Round values; every other one where there are many."""
        ticks = log_ticks(self.low, self.high)
        return ticks[:: 1 + len(ticks) // (MOST_RINGS + 1)]

    def radius(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return _INNER + (1 - _INNER) * min(1.0, max(0.0, share))

    def place(self, number: float, radius: float) -> dict[str, float]:
        """Clockwise from the top."""
        angle = 2 * math.pi * number / len(self.dimensions)
        return {"x": radius * math.sin(angle), "y": radius * math.cos(angle)}


def radar_figure(measured: Measured) -> Figure:
    """In standard deviations; the control, which has none, is not in it."""
    return _radar(measured, "coordinate")


def radar_rms_figure(measured: Measured) -> Figure:
    """In RMS contrast, the control among the spokes."""
    return _radar(measured, "rms")


def _radar(measured: Measured, scale: Scale) -> Figure:
    title = f"{_TITLES[scale]}: {measured.study}"
    spokes = tuple(one for one in measured.shown if scale == "rms" or one.unit == "sd")
    table = _table(measured, scale, spokes)
    if len(spokes) < LEAST_SPOKES:
        why = f"A radar chart needs thresholds of {LEAST_SPOKES} dimensions; there are {len(spokes)}."
        return without_data(title, measured, why, table)
    everyone = list(dict.fromkeys(table["who"]))
    shown = everyone[: MOST_PANELS + 1]
    axis = _Spokes(spokes, *log_domain(table["threshold"].dropna(), 1.3))
    panels = [_panel(axis, table[table["who"].eq(who)], who) for who in shown]
    caption = [
        f"{measured.in_words}. Radius: threshold (70.7 % right) in {_UNITS[scale]}, logarithmic from "
        f"{axis.low:.2g} to {axis.high:.2g}.",
        "Bars: of the group, a 95 % bootstrap interval of the geometric mean; of a participant, a 95 % "
        "posterior interval.",
    ]
    if len(shown) < len(everyone):
        hidden = plural(len(everyone) - len(shown), "further participant")
        caption.append(f"{hidden}: only in the table.")
    chart = alt.concat(*panels, columns=COLUMNS, spacing=8).properties(title=titled(title, caption))
    alt_text = (
        f"Thresholds in {_UNITS[scale]} along {len(spokes)} dimensions, of the group and by participant."
    )
    return draw(chart, title, alt_text, table)


def _table(measured: Measured, scale: Scale, spokes: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """A row per spoke of the group, then of each participant: who, dimension, threshold, low, high."""
    wanted = [one.id for one in spokes]
    groups = measured.groups
    group = groups[groups["scale"].eq(scale) & groups["dimension"].isin(wanted)]
    group = group.rename(columns={"ci_low": "low", "ci_high": "high"}).assign(who="group")
    single = kept(measured.fits)
    single = single[single["dimension"].isin(wanted)].assign(
        who=lambda rows: "participant " + rows["participant_id"].astype(str)
    )
    rms = scale == "rms"
    low, high = ("rms_low", "rms_high") if rms else ("ci_low", "ci_high")
    names = {SCALES[scale]: "threshold", low: "low", high: "high"}
    own = single[["who", "dimension", *names]].rename(columns=names)
    columns = ["who", "dimension", "threshold", "low", "high"]
    table = pd.concat([group[columns], own[columns]], ignore_index=True)
    return table.astype({"threshold": float, "low": float, "high": float})


def _panel(axis: _Spokes, table: pd.DataFrame, who: str) -> Panel:
    colour = VERMILION if who == "group" else BLUE
    layers = [*_background(axis), *_marks(axis, table, colour), *_ring_values(axis)]
    heading = alt.TitleParams(text=who.capitalize(), fontSize=12, fontWeight=600, anchor="middle", offset=2)
    size = {"width": 2 * _ACROSS * _RADIUS, "height": 2 * _UP * _RADIUS}
    return alt.layer(*layers).properties(title=heading, **size)


_X = alt.X("x:Q", scale=alt.Scale(domain=[-_ACROSS, _ACROSS], nice=False), axis=None)
_Y = alt.Y("y:Q", scale=alt.Scale(domain=[-_UP, _UP], nice=False), axis=None)


def _background(axis: _Spokes) -> Iterator[alt.Chart]:
    """Rings at round values, a spoke and a name for each dimension."""
    number = len(axis.dimensions)
    ticks = axis.rings
    rings = [
        {"ring": tick, "order": step, **axis.place(step, axis.radius(tick))}
        for tick in ticks
        for step in range(number + 1)
    ]
    ends = [
        {"spoke": step, "order": end, **axis.place(step, radius)}
        for step in range(number)
        for end, radius in enumerate((0.0, 1.0))
    ]
    names: list[dict[str, Any]] = [
        {"text": one.name, **axis.place(step, 1.12)} for step, one in enumerate(axis.dimensions)
    ]
    line: dict[str, Any] = {"color": GRID, "strokeWidth": 1}
    yield _chart(rings).mark_line(**line).encode(x=_X, y=_Y, detail="ring:Q", order="order:Q")
    yield _chart(ends).mark_line(**line).encode(x=_X, y=_Y, detail="spoke:Q", order="order:Q")
    for side, align in _ALIGNED.items():
        own = [name for name in names if _side(name["x"]) == side]
        yield _chart(own).mark_text(fontSize=10, align=align, color=MUTED).encode(x=_X, y=_Y, text="text:N")


def _ring_values(axis: _Spokes) -> Iterator[alt.Chart]:
    """The numbers of the rings, half-way between the first two spokes, on a white ground."""
    between = math.cos(math.pi / len(axis.dimensions))
    values = [{"text": f"{tick:g}", **axis.place(0.5, axis.radius(tick) * between)} for tick in axis.rings]
    text = _chart(values).encode(x=_X, y=_Y, text="text:N")
    yield text.mark_text(fontSize=9, stroke="white", strokeWidth=3)
    yield text.mark_text(fontSize=9, color=MUTED)


def _side(x: float) -> int:
    return 0 if abs(x) < 0.15 else 1 if x > 0 else -1


def _marks(axis: _Spokes, table: pd.DataFrame, colour: str) -> Iterator[alt.Chart]:
    """The closed line through the thresholds where all are there, points, and intervals along the spokes."""
    by_dimension = {row["dimension"]: row for row in records(table) if row["threshold"] is not None}
    known = [
        (step, by_dimension[one.id]) for step, one in enumerate(axis.dimensions) if one.id in by_dimension
    ]
    points = [
        {
            "order": place,
            "dimension": axis.dimensions[step].name,
            "threshold": row["threshold"],
            **axis.place(step, axis.radius(row["threshold"])),
        }
        for place, (step, row) in enumerate(known)
    ]
    ends = [
        {"spoke": step, "order": end, **axis.place(step, axis.radius(row[side]))}
        for step, row in known
        if row["low"] is not None
        for end, side in enumerate(("low", "high"))
    ]
    if len(known) == len(axis.dimensions):
        closed = [*points, {**points[0], "order": len(points)}]
        yield _chart(closed).mark_line(color=colour, strokeWidth=1.6).encode(x=_X, y=_Y, order="order:Q")
    yield (
        _chart(ends)
        .mark_line(color=colour, strokeWidth=3, opacity=0.35)
        .encode(x=_X, y=_Y, detail="spoke:Q", order="order:Q")
    )
    tooltip: list[Any] = [
        alt.Tooltip("dimension:N", title="Dimension"),
        alt.Tooltip("threshold:Q", title="Threshold", format=".3g"),
    ]
    yield (
        _chart(points)
        .mark_point(filled=True, color=colour, size=34, opacity=1)
        .encode(x=_X, y=_Y, tooltip=tooltip)
    )


def _chart(values: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=values))
