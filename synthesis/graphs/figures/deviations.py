"""How far metamers are from their originals, by layer, each measure beside its value by chance."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import altair as alt

from synthesis.bundle.graphs import GraphManifest
from synthesis.common.charts import BLUE, NULL_COLOUR, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.figures.rows import layers, mean_and_sem

_METAMERS, _BY_CHANCE = "Metamers", "By chance"


def deviations_chart(manifest: GraphManifest) -> Chart:
    """A panel per measure: mean and standard error over the metamers of a layer, beside chance."""
    rows, order = list(_rows(manifest)), [readable_layer(name) for name in layers(manifest)]
    scale = alt.Scale(domain=[_METAMERS, _BY_CHANCE], range=[BLUE, NULL_COLOUR])
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("layer:N", sort=order, axis=alt.Axis(title=None, labelAngle=0)),
        color=alt.Color("set:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
    )
    y = alt.Axis(title=None, tickCount=4)
    panel = alt.layer(
        base.mark_rule().encode(y=alt.Y("low:Q", axis=y), y2="high:Q"),
        base.mark_point(filled=True, size=60).encode(y=alt.Y("mean:Q", axis=y)),
    ).properties(width=150, height=110)
    chart: Chart = (
        panel.facet(alt.Facet("measure:N", header=alt.Header(title=None, labelAnchor="start")), columns=4)
        .resolve_scale(y="independent")
        .properties(title=alt.TitleParams(text="Deviation from the original by layer", subtitle=_CAPTION))
    )
    return chart


_CAPTION = [
    "Mean and standard error over certified metamers (over all, at a layer where none is certified).",
    "By chance: the same measure of shuffled graphs.",
]


def _rows(manifest: GraphManifest) -> Iterator[dict[str, Any]]:
    of_layer: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for item in manifest.items:
        of_layer[item.layer, item.optimised].append(item)
    for (layer, optimised), items in of_layer.items():
        chosen = [item for item in items if item.certificate.passed] or items
        for name in chosen[0].deviation:
            measured = [one.deviation[name] for one in chosen if name in one.deviation]
            values = {
                _METAMERS: [one.value for one in measured],
                _BY_CHANCE: [one.chance for one in measured],
            }
            for kind, numbers in values.items():
                middle, error = mean_and_sem(numbers)
                yield {
                    "layer": readable_layer(layer),
                    "measure": f"{optimised}: {name.replace('_', ' ')}",
                    "set": kind,
                    "mean": middle,
                    "low": middle - error,
                    "high": middle + error,
                }
