"""How near metamers come to their originals, against the nearest of the null, by layer."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from synthesis.bundle.graphs import GraphManifest
from synthesis.common.charts import BLUE, INK, VERMILION, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.figures.rows import layers, setting, settings

_SMALLEST = 1e-6
_CERTIFIED, _OTHERS, _NULL = "Certified metamer", "Metamer without certificate", "Smallest error of the null"


def errors_chart(manifest: GraphManifest) -> Chart:
    """A panel for what was optimised: a row for each network and layer, the error on a logarithmic axis."""
    rows = [*_metamers(manifest), *_nulls(manifest)]
    optimised = list(dict.fromkeys(row["optimised"] for row in rows))
    panels = [_panel(manifest, [row for row in rows if row["optimised"] == one], one) for one in optimised]
    title = alt.TitleParams(text="Error of metamers against their null", subtitle=_caption(manifest))
    chart: Chart = alt.vconcat(*panels, spacing=24).resolve_scale(x="shared").properties(title=title)
    return chart


def _panel(manifest: GraphManifest, rows: list[dict[str, Any]], optimised: str) -> Chart:
    order = [_place(network, layer) for network in settings(manifest) for layer in layers(manifest)]
    there = {row["place"] for row in rows}
    sets = [_CERTIFIED, _OTHERS, _NULL]
    legend = alt.Legend(title=None, orient="top")
    colours = alt.Scale(domain=sets, range=[BLUE, VERMILION, INK])
    panel: Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(size=50)
        .encode(
            x=alt.X(
                "error:Q",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(title="Relative error", format="~g", tickCount=5),
            ),
            y=alt.Y(
                "place:N",
                sort=[place for place in order if place in there],
                axis=alt.Axis(title=None, grid=True),
            ),
            color=alt.Color("set:N", scale=colours, legend=legend),
            shape=alt.Shape(
                "set:N", scale=alt.Scale(domain=sets, range=["circle", "cross", "diamond"]), legend=legend
            ),
        )
        .properties(width=420, height=alt.Step(20), title=optimised)
    )
    return panel


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


def _caption(manifest: GraphManifest) -> list[str]:
    draws = manifest.nulls[0].draws
    return [
        "Each circle or cross is one metamer: restarts, seeds of networks and graphs share a row.",
        f"The null: {draws} graphs with permuted rows of features, or rewired and random edges.",
    ]
