"""How the threshold of a certificate depends on the number of pairs of the null, per layer."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.nulls import STATISTICS, LayerNull
from synthesis.common.charts import BLUE, INK, MUTED, Chart
from synthesis.common.wording import readable_layer
from synthesis.report.nulls import TITLES

_PANEL_PX = {"width": 220, "height": 90}


def null_growth_chart(manifest: Manifest) -> Chart:
    """Rows are layers, columns statistics: the null's maximum against its pairs on a logarithmic axis."""
    rows = [alt.hconcat(*_row(manifest, null), spacing=40, bounds="flush") for null in manifest.nulls]
    subtitle = [
        "The null's maximum over random subsets of its stimuli: median, and 10th to 90th percentile.",
        f"Dashed: the {manifest.null.least_pairs:,} pairs that a certificate needs. "
        "Blue: the weakest certified metamer.",
    ]
    title = alt.TitleParams(text="The null's maximum by its number of pairs", subtitle=subtitle)
    chart: Chart = alt.vconcat(*rows, spacing=14).properties(title=title)
    return chart


def weakest(manifest: Manifest, layer: str, statistic: str) -> float | None:
    """The smallest value of a certified metamer at its layer; None if there is none."""
    values = [
        getattr(item.certificate, statistic)
        for item in manifest.items
        if item.layer == layer and item.certificate.passed
    ]
    return min(values, default=None)


def _row(manifest: Manifest, null: LayerNull) -> Iterator[Chart]:
    first, last = (null.layer == manifest.nulls[place].layer for place in (0, -1))
    most = max(manifest.null.least_pairs, null.pairs)
    for number, statistic in enumerate(STATISTICS):
        points = [point.model_dump() for point in getattr(null, statistic).growth]
        yield alt.layer(
            *_curve(points, most, last, None if number else readable_layer(null.layer)),
            _rule({"pairs": manifest.null.least_pairs}, INK, [4, 3]),
            *_weakest_line(weakest(manifest, null.layer, statistic)),
        ).properties(**_PANEL_PX, title=_heading(TITLES[statistic]) if first else "")


def _heading(statistic: str) -> alt.TitleParams:
    return alt.TitleParams(text=statistic, fontSize=13, fontWeight=400, color=MUTED, anchor="start")


def _curve(points: list[dict[str, Any]], most: int, last: bool, layer: str | None) -> Iterator[alt.Chart]:
    axis = alt.Axis(title="pairs" if last else None, labels=last, grid=False, tickCount=6, format="~s")
    scale = alt.Scale(type="log", domain=[points[0]["pairs"], most], nice=False)
    x = alt.X("pairs:Q", scale=scale, axis=axis)
    y_axis = alt.Axis(
        title=layer, grid=False, tickCount=3, titleAngle=0, titleAlign="right", titleBaseline="middle"
    )
    drawn = alt.Chart(alt.InlineData(values=points))
    y = alt.Y("low:Q", scale=alt.Scale(zero=False), axis=y_axis)
    yield drawn.mark_area(color=MUTED, opacity=0.25).encode(x=x, y=y, y2="high:Q")
    yield drawn.mark_line(color=INK, point=alt.OverlayMarkDef(color=INK, size=18)).encode(
        x=x, y=alt.Y("median:Q", scale=alt.Scale(zero=False), axis=y_axis)
    )


def _weakest_line(value: float | None) -> Iterator[alt.Chart]:
    if value is not None:
        yield _rule({"median": value}, BLUE, [1, 0])


def _rule(place: dict[str, float], colour: str, dash: list[int]) -> alt.Chart:
    """A line across the panel where the curve's `pairs` or `median` has this value."""
    (name,) = place
    line = alt.Chart(alt.InlineData(values=[place])).mark_rule(color=colour, strokeDash=dash)
    drawn: alt.Chart = line.encode(**{"x" if name == "pairs" else "y": f"{name}:Q"})
    return drawn
