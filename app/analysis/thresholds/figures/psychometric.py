"""How often each level is told from the original, with the fitted functions."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from app.adaptive.estimate import Estimate
from app.adaptive.psychometric import CRITERION, GUESS, Psychometric
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.dimensions import MeasuredDimension, groups_of
from app.analysis.thresholds.figures.axes import Panel, colour_of, log_domain, log_x, unit_title, without_data
from app.analysis.thresholds.measured import Measured
from synthesis.common.charts import INK, MUTED

COLUMNS = 3
_WIDTH, _HEIGHT = 230, 190
_POINTS = 60  # of a drawn function
_SMALL: dict[str, Any] = {"titleFontSize": 11, "labelFontSize": 10}
TITLE = "Psychometric functions"


def psychometric_figure(measured: Measured) -> Figure:
    """A panel for each dimension: pooled answers by level, the function fitted to them, and the threshold."""
    title = f"{TITLE}: {measured.study}"
    data = pd.concat([measured.levels, _curves(measured)], ignore_index=True)
    if not measured.shown:
        return without_data(title, measured, "No trial that counts has been answered yet.", data)
    colours = colour_of(list(groups_of(measured.shown)))
    panels = [_panel(measured, one, colours[one.group]) for one in measured.shown]
    caption = [
        f"{measured.in_words}, of all participants together. Points: proportion right with Wilson’s 95 % "
        "interval; below them, the number of trials.",
        "Line: Weibull function fitted to them (MAP). Diamond: geometric mean of participants’ thresholds "
        "(70.7 % right) with its 95 % interval.",
        "Where participants differ, the function of all together is less steep than their own.",
    ]
    chart = alt.concat(*panels, columns=COLUMNS, spacing=26).properties(title=titled(title, caption))
    return draw(chart, title, _alt(measured), data)


def _alt(measured: Measured) -> str:
    told = [f"{one.name} {measured.pooled[one.id].threshold:.2g}" for one in measured.shown]
    return f"Proportion right by level of each dimension; thresholds of all answers: {', '.join(told)}."


def _curves(measured: Measured) -> pd.DataFrame:
    """The parameters of the drawn functions, a row per dimension, as they stand in the figure's table."""
    rows = [
        {
            "dimension": one.id,
            "name": one.name,
            "unit": one.unit,
            "fitted_threshold": found.threshold,
            "fitted_slope": found.slope,
            "fitted_lapse": found.lapse,
            "trials": found.trials,
        }
        for one, found in _fitted(measured)
    ]
    return pd.DataFrame(rows)


def _fitted(measured: Measured) -> Iterator[tuple[MeasuredDimension, Estimate]]:
    yield from ((one, measured.pooled[one.id]) for one in measured.shown)


def _panel(measured: Measured, one: MeasuredDimension, colour: str) -> Panel:
    domain = log_domain(one.targets, 1.35)
    unit = unit_title("Level", one.unit)
    x, low = (log_x(f"{field}:Q", unit, domain, **_SMALL) for field in ("level", "low"))
    y = _y("proportion_right")
    layers = [*_lines(y), _curve(measured.pooled[one.id], domain, x, y, colour)]
    layers += [*_points(measured, one, x, y, colour), *_threshold(measured, one, x, low, y)]
    heading = alt.TitleParams(text=one.name, fontSize=13, fontWeight=600, offset=6, anchor="start")
    return alt.layer(*layers).properties(title=heading, width=_WIDTH, height=_HEIGHT)


def _y(field: str) -> alt.Y:
    ticks = alt.Axis(
        title="Proportion right", values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelOverlap=False, **_SMALL
    )
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=ticks)


def _lines(y: alt.Y) -> Iterator[alt.Chart]:
    """Chance, and the proportion right by which thresholds are defined."""
    for value, dash in ((GUESS, [5, 4]), (CRITERION, [1, 3])):
        rule = alt.Chart(alt.InlineData(values=[{"proportion_right": value}]))
        yield rule.mark_rule(color=MUTED, strokeDash=dash, strokeWidth=1).encode(y=y)


def _curve(found: Estimate, domain: tuple[float, float], x: alt.X, y: alt.Y, colour: str) -> alt.Chart:
    levels = np.geomspace(*domain, _POINTS)
    proportions = Psychometric(found.threshold, found.slope, found.lapse)(levels)
    values = [
        {"level": float(level), "proportion_right": float(proportion)}
        for level, proportion in zip(levels, proportions, strict=True)
    ]
    line: alt.Chart = alt.Chart(alt.InlineData(values=values)).mark_line(color=colour, strokeWidth=2)
    return line.encode(x=x, y=y)


def _points(
    measured: Measured, one: MeasuredDimension, x: alt.X, y: alt.Y, colour: str
) -> Iterator[alt.Chart]:
    shown = measured.levels[measured.levels["dimension"].eq(one.id)]
    fields = ["level", "proportion_right", "ci_low", "ci_high", "trials", "right", "rms"]
    base = alt.Chart(alt.InlineData(values=records(shown[fields])))
    yield base.mark_rule(color=colour, opacity=0.55).encode(x=x, y=_y("ci_low"), y2="ci_high:Q")
    yield base.mark_point(filled=True, opacity=1, color=colour, size=42).encode(
        x=x, y=y, tooltip=_tooltip(one)
    )
    yield base.mark_text(color=MUTED, fontSize=9, baseline="bottom").encode(
        x=x, y=alt.value(_HEIGHT - 3), text="trials:Q"
    )


def _tooltip(one: MeasuredDimension) -> list[Any]:
    return [
        alt.Tooltip("level:Q", title=unit_title("Level", one.unit), format=".3g"),
        alt.Tooltip("rms:Q", title="RMS contrast", format=".3g"),
        alt.Tooltip("proportion_right:Q", title="Proportion right", format=".3f"),
        alt.Tooltip("right:Q", title="Right"),
        alt.Tooltip("trials:Q", title="Trials"),
    ]


def _threshold(
    measured: Measured, one: MeasuredDimension, x: alt.X, low: alt.X, y: alt.Y
) -> Iterator[alt.Chart]:
    groups = measured.groups
    own = groups[groups["scale"].eq("coordinate") & groups["dimension"].eq(one.id)]
    names = {"threshold": "level", "ci_low": "low", "ci_high": "high"}
    values = records(own[list(names)].rename(columns=names).assign(proportion_right=CRITERION))
    base = alt.Chart(alt.InlineData(values=values))
    if any(value["low"] is not None for value in values):
        yield base.mark_rule(color=INK, strokeWidth=2, clip=True).encode(x=low, x2="high:Q", y=y)
    yield base.mark_point(shape="diamond", filled=True, color=INK, size=80, opacity=1, clip=True).encode(
        x=x, y=y, tooltip=[alt.Tooltip("level:Q", title="Threshold", format=".3g")]
    )
