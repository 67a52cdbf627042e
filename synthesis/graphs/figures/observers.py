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
    names = settings(manifest)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("observer:N", sort=names, axis=alt.Axis(title="Observer", orient="top", labelAngle=-40)),
        y=alt.Y("generator:N", sort=names, axis=alt.Axis(title="Generator")),
    )
    scale = alt.Scale(domain=[0, 1], scheme="blues")
    cells = base.mark_rect().encode(
        color=alt.Color("right:Q", scale=scale, legend=alt.Legend(title="Judged right"))
    )
    text = base.mark_text(fontSize=12).encode(
        text=alt.Text("right:Q", format=".2f"),
        color=alt.condition("datum.right > 0.6", alt.value("white"), alt.value(INK)),
    )
    chart: Chart = (
        alt.layer(cells, text)
        .properties(width=alt.Step(52), height=alt.Step(30))
        .facet(column=alt.Column("optimised:N", header=alt.Header(title=None)))
        .properties(title=alt.TitleParams(text="Networks judge each other's metamers", subtitle=_CAPTION))
    )
    return chart


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
