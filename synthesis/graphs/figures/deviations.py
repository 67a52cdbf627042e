"""How far metamers are from their originals, by layer, each measure beside chance and baselines."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import altair as alt

from synthesis.bundle.graphs import BASELINES, NEAREST_OTHER, NULL_SPACE, PERMUTED_ROWS, GraphManifest
from synthesis.common.charts import BLUE, GREEN, MUTED, NULL_COLOUR, PURPLE, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.figures.rows import layers, mean_and_sem

_METAMERS, _BY_CHANCE = "Metamers", "By chance"
_MARKS = {
    _METAMERS: (BLUE, "circle"),
    _BY_CHANCE: (NULL_COLOUR, "diamond"),
    NULL_SPACE.capitalize(): (GREEN, "square"),
    NEAREST_OTHER.capitalize(): (PURPLE, "triangle-up"),
    PERMUTED_ROWS.capitalize(): (MUTED, "triangle-down"),
}
# What is free, the measure, and how it is named: similarities are 1 for equal graphs, distances 0.
_PANELS = {
    ("features", "cosine"): "Cosine (1: equal)",
    ("features", "jaccard"): "Jaccard (1: equal)",
    ("features", "relative_l2"): "Relative L2 (0: equal)",
    ("structure", "edge_jaccard"): "Jaccard of edges (1: equal)",
    ("structure", "weisfeiler_lehman"): "Weisfeiler-Lehman (1: equal)",
    ("structure", "degree_distance"): "Degrees, edges (0: equal)",
    ("structure", "spectral_distance"): "Spectra (0: equal)",
}


def deviations_chart(manifest: GraphManifest) -> Chart:
    """A panel per measure: mean and standard error over the metamers of a layer, beside chance."""
    rows = [*_rows(manifest), *_baselines(manifest)]
    there = {row["layer"] for row in rows}
    order = [name for layer in layers(manifest) if (name := readable_layer(layer)) in there]
    sets = [name for name in _MARKS if any(row["set"] == name for row in rows)]
    strips = []
    for optimised in dict.fromkeys(row["optimised"] for row in rows):
        panels = [
            _panel([row for row in rows if (row["optimised"], row["measure"]) == place], name, order, sets)
            for place, name in _PANELS.items()
            if place[0] == optimised
        ]
        strips.append(alt.hconcat(*panels, spacing=24).properties(title=f"Metamers of {optimised}"))
    title = alt.TitleParams(text="Deviation from the original by layer", subtitle=_caption(manifest))
    chart: Chart = alt.vconcat(*strips, spacing=28).properties(title=title)
    return chart


def _panel(rows: list[dict[str, Any]], name: str, order: list[str], sets: list[str]) -> Chart:
    colours = alt.Scale(domain=sets, range=[_MARKS[one][0] for one in sets])
    shapes = alt.Scale(domain=sets, range=[_MARKS[one][1] for one in sets])
    legend = alt.Legend(title=None, orient="top", columns=5)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("layer:N", sort=order, axis=alt.Axis(title=None, labelAngle=0)),
        xOffset=alt.XOffset("set:N", sort=sets, scale=alt.Scale(domain=sets)),
        color=alt.Color("set:N", scale=colours, legend=legend),
    )
    y = alt.Axis(title=None, tickCount=4)
    whole: Chart = alt.layer(
        base.mark_rule().encode(y=alt.Y("low:Q", axis=y), y2="high:Q"),
        base.mark_point(filled=True, size=50, opacity=1).encode(
            y=alt.Y("mean:Q", axis=y), shape=alt.Shape("set:N", scale=shapes, legend=legend)
        ),
    ).properties(
        width=max(150, 70 * len(order)),
        height=120,
        title=alt.TitleParams(text=name, fontSize=13, fontWeight="normal", offset=8),
    )
    return whole


def _caption(manifest: GraphManifest) -> list[str]:
    about = [
        "Mean and standard error over certified metamers (over all, at a layer where none is certified).",
        "By chance: the metamer's features in random order, or random graphs with as many edges.",
    ]
    if manifest.baselines:
        about.append(f"Baselines of features, without optimisation: {', '.join(BASELINES)}.")
    return about


def _rows(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    of_layer: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for item in manifest.items:
        of_layer[item.layer, item.optimised].append(item)
    for (layer, optimised), items in of_layer.items():
        chosen = [item for item in items if item.certificate.passed] or items
        for name in chosen[0].deviation:
            measured = [one.deviation[name] for one in chosen if name in one.deviation]
            yield _row((layer, optimised, name, _METAMERS), [one.value for one in measured])
            yield _row((layer, optimised, name, _BY_CHANCE), [one.chance for one in measured])


def _baselines(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    """At the layers that have metamers, the mean over networks and graphs."""
    matched = {(item.network, item.layer) for item in manifest.items if item.optimised == "features"}
    found: dict[tuple[str, str, str, str], list[float]] = defaultdict(list)
    for one in manifest.baselines:
        if (one.network, one.layer) in matched:
            for name, value in one.deviation.items():
                found[one.layer, "features", name, one.baseline.capitalize()].append(value)
    for place, values in found.items():
        yield _row(place, values)


def _row(place: tuple[str, str, str, str], values: list[float]) -> dict[str, Any]:
    middle, error = mean_and_sem(values)
    layer, optimised, measure, kind = place
    return {
        "layer": readable_layer(layer),
        "optimised": optimised,
        "measure": measure,
        "set": kind,
        "mean": middle,
        "low": middle - error,
        "high": middle + error,
    }
