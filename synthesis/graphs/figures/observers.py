"""Observers and generators: what each network makes of the others' certified metamers."""

from collections import defaultdict
from collections.abc import Iterator
from statistics import mean
from typing import Any

import altair as alt

from synthesis.bundle.graphs import GraphManifest
from synthesis.common.charts import INK, Chart
from synthesis.graphs.figures.rows import settings


def observers_chart(manifest: GraphManifest) -> Chart:
    """Rows are generators, columns observers: mean share of labels judged right, over layers and seeds.

    A network is no observer of its own metamers, which it judges as their originals by construction.
    """
    rows = list(_rows(manifest))
    panels = [
        _panel([row for row in rows if row["optimised"] == one], settings(manifest), f"Metamers of {one}")
        for one in dict.fromkeys(row["optimised"] for row in rows)
    ]
    title = alt.TitleParams(text="Networks judge each other's metamers", subtitle=_CAPTION)
    chart: Chart = alt.vconcat(*panels, spacing=24).properties(title=title)
    return chart


def _panel(rows: list[dict[str, Any]], names: list[str], title: str) -> Chart:
    made = {row["generator"] for row in rows}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "observer:N",
            sort=names,
            scale=alt.Scale(domain=names),
            axis=alt.Axis(title="Observer", orient="top", labelAngle=-40),
        ),
        y=alt.Y("generator:N", sort=[n for n in names if n in made], axis=alt.Axis(title="Generator")),
    )
    scale = alt.Scale(domain=[0, 1], scheme="blues")
    cells = base.mark_rect().encode(
        color=alt.Color("right:Q", scale=scale, legend=alt.Legend(title="Judged right"))
    )
    text = base.mark_text(fontSize=12).encode(
        text=alt.Text("right:Q", format=".2f"),
        color=alt.condition("datum.right > 0.7", alt.value("white"), alt.value(INK)),
    )
    panel: Chart = alt.layer(cells, text).properties(width=alt.Step(52), height=alt.Step(30), title=title)
    return panel


_CAPTION = [
    "Share of nodes (or graphs) of certified metamers whose true label the observer names.",
    "Mean over layers and pairs of networks; a network itself is left out of its own row.",
]


def _rows(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    names = {network.name: network for network in manifest.networks}
    for one in manifest.observations:
        if one.observer != one.generator:
            pair = (_name(names[one.generator]), _name(names[one.observer]))
            found[(*pair, one.optimised)].append(one.right)
    for (generator, observer, optimised), values in found.items():
        yield {"generator": generator, "observer": observer, "optimised": optimised, "right": mean(values)}


def _name(network: Any) -> str:
    return network.architecture if network.trained else f"{network.architecture}, random"
