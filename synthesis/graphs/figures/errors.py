"""How near metamers come to their originals, against the nearest of the null and baselines, by layer."""

import math
from collections.abc import Iterator
from typing import Any

import altair as alt

from synthesis.bundle.graphs import BASELINES, NEAREST_OTHER, NULL_SPACE, PERMUTED_ROWS, GraphManifest
from synthesis.common.charts import BLUE, GREEN, INK, MUTED, PURPLE, VERMILION, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.figures.rows import layers, setting, settings

_SMALLEST = 1e-6
_CERTIFIED, _OTHERS, _NULL = "Certified metamer", "Metamer without certificate", "Smallest error of the null"
_AXIS = "Relative error at the matched layer, ‖h′ − h‖ / ‖h‖"
_POWERS = "format(datum.value, datum.value < 0.001 ? '.0e' : '~g')"
_MARKS = {
    _CERTIFIED: (BLUE, "circle"),
    _OTHERS: (VERMILION, "cross"),
    _NULL: (INK, "diamond"),
    NULL_SPACE.capitalize(): (GREEN, "square"),
    NEAREST_OTHER.capitalize(): (PURPLE, "triangle-up"),
    PERMUTED_ROWS.capitalize(): (MUTED, "triangle-down"),
}


def errors_chart(manifest: GraphManifest) -> Chart:
    """A panel for what was optimised: a row for each network and layer, the error on a logarithmic axis."""
    rows = [*_metamers(manifest), *_nulls(manifest), *_baselines(manifest)]
    optimised = list(dict.fromkeys(row["optimised"] for row in rows))
    panels = [_panel(manifest, rows, one) for one in optimised]
    title = alt.TitleParams(
        text="Error of metamers against their null and baselines", subtitle=_caption(manifest)
    )
    chart: Chart = alt.vconcat(*panels, spacing=24).resolve_scale(x="shared").properties(title=title)
    return chart


def _panel(manifest: GraphManifest, rows: list[dict[str, Any]], optimised: str) -> Chart:
    order = [_place(network, layer) for network in settings(manifest) for layer in layers(manifest)]
    shown = [row for row in rows if row["optimised"] == optimised]
    there = {row["place"] for row in shown}
    sets = [name for name in _MARKS if any(row["set"] == name for row in rows)]
    legend = alt.Legend(title=None, orient="top", columns=3)
    colours = alt.Scale(domain=sets, range=[_MARKS[name][0] for name in sets])
    shapes = alt.Scale(domain=sets, range=[_MARKS[name][1] for name in sets])
    decades = _decades([row["error"] for row in rows])
    panel: Chart = (
        alt.Chart(alt.InlineData(values=shown))
        .mark_point(size=50, opacity=1)
        .encode(
            x=alt.X(
                "error:Q",
                scale=alt.Scale(type="log", domain=[decades[0], decades[-1]], nice=False),
                axis=alt.Axis(
                    title=_AXIS, labelExpr=_POWERS, labelOverlap=False, labelFlush=False, values=decades
                ),
            ),
            y=alt.Y(
                "place:N",
                sort=[place for place in order if place in there],
                axis=alt.Axis(title=None, grid=True),
            ),
            color=alt.Color("set:N", scale=colours, legend=legend),
            shape=alt.Shape("set:N", scale=shapes, legend=legend),
        )
        .properties(width=480, height=alt.Step(20), title=f"Metamers of {optimised}")
    )
    return panel


def _decades(errors: list[float]) -> list[float]:
    """The powers of ten from below the smallest to above the largest."""
    lowest, highest = math.floor(math.log10(min(errors))), math.ceil(math.log10(max(errors)))
    return [10.0**power for power in range(lowest, max(highest, lowest + 1) + 1)]


def _place(network: str, layer: str) -> str:
    return f"{network}, {readable_layer(layer)}"


def _metamers(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    for item in manifest.items:
        yield {
            "place": _place(setting(manifest, item.network), item.layer),
            "optimised": item.optimised,
            "error": max(item.certificate.relative_error, _SMALLEST),
            "set": _CERTIFIED if item.certificate.passed else _OTHERS,
        }


def _nulls(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    matched = {(item.network, item.layer, item.optimised) for item in manifest.items}
    for null in manifest.nulls:
        for layer in null.layers:
            if (null.network, layer.layer, null.optimised) in matched:
                yield {
                    "place": _place(setting(manifest, null.network), layer.layer),
                    "optimised": null.optimised,
                    "error": max(layer.smallest_error, _SMALLEST),
                    "set": _NULL,
                }


def _baselines(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    matched = {(item.network, item.layer) for item in manifest.items if item.optimised == "features"}
    for one in manifest.baselines:
        if (one.network, one.layer) in matched:
            yield {
                "place": _place(setting(manifest, one.network), one.layer),
                "optimised": "features",
                "error": max(one.relative_error, _SMALLEST),
                "set": one.baseline.capitalize(),
            }


def _caption(manifest: GraphManifest) -> list[str]:
    draws = manifest.nulls[0].draws
    about = [
        "Each circle or cross is one metamer: restarts, seeds of networks and graphs share a row.",
        f"The null: {draws} graphs with permuted rows of features, or rewired and random edges.",
    ]
    if manifest.baselines:
        about.append(f"Baselines of features, without optimisation: {', '.join(BASELINES)}.")
    if any(one.relative_error < _SMALLEST for one in manifest.baselines):
        about.append("Errors below 1e-6, which float32 does not resolve, are drawn at 1e-6.")
    return about
