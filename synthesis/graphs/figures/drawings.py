"""An original and its metamers, drawn with one layout: nodes as they are labelled, edges kept and new."""

from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.graphs import GraphItem
from synthesis.common.charts import MUTED, NULL_COLOUR, PALETTE, VERMILION, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.data import Graph, once
from synthesis.graphs.layout import positions

# Of more nodes a drawing is a blot.
MOST_NODES = 500
_SIDE_PX = 260


def drawings_chart(
    original: Graph, metamers: list[tuple[GraphItem, Graph]], labels: list[NDArray[np.int64]]
) -> Chart:
    """The original, and each metamer at the same places. labels : the network's, original first."""
    places = positions(original.edges, original.nodes)
    panels = [_panel("original", original, original, places, labels[0])]
    panels += [
        _panel(f"{item.optimised}, {readable_layer(item.layer)}", metamer, original, places, given)
        for (item, metamer), given in zip(metamers, labels[1:], strict=True)
    ]
    title = alt.TitleParams(
        text=f"{metamers[0][0].graph}, network {metamers[0][0].network}", subtitle=_CAPTION
    )
    chart: Chart = alt.concat(*panels, columns=3, spacing=18).properties(title=title)
    return chart


_CAPTION = [
    "Colour: the label that the network gives. Size: the norm of a node's features.",
    "Grey edges are the original's; red ones are new in the metamer.",
]


def _panel(
    title: str, graph: Graph, original: Graph, places: NDArray[np.float64], labels: NDArray[np.int64]
) -> Chart:
    there = set(map(tuple, once(original.edges).T.tolist()))
    edges = [
        {
            "x": places[a, 0], "y": places[a, 1], "x2": places[b, 0], "y2": places[b, 1],
            "new": (a, b) not in there,
        }
        for a, b in once(graph.edges).T.tolist()
    ]  # fmt: skip
    norms = np.linalg.norm(graph.features, axis=1)
    shown = np.broadcast_to(labels, norms.shape)  # a graph's one label colours all of its nodes
    nodes = [
        {"x": x, "y": y, "label": str(label), "norm": norm}
        for (x, y), label, norm in zip(places.tolist(), shown.tolist(), norms.tolist(), strict=True)
    ]
    scale: Any = alt.Scale(domain=[-1.08, 1.08], nice=False)
    x, y = alt.X("x:Q", scale=scale, axis=None), alt.Y("y:Q", scale=scale, axis=None)
    classes = sorted({str(label) for label in labels.tolist()})
    colour = alt.Scale(domain=classes, range=[PALETTE[int(name) % len(PALETTE)] for name in classes])
    lines = (
        alt.Chart(alt.InlineData(values=edges))
        .mark_rule(strokeWidth=1)
        .encode(
            x=x, y=y, x2="x2:Q", y2="y2:Q",
            color=alt.condition("datum.new", alt.value(VERMILION), alt.value(NULL_COLOUR)),
        )
    )  # fmt: skip
    points = (
        alt.Chart(alt.InlineData(values=nodes))
        .mark_point(filled=True, stroke=MUTED, strokeWidth=0.5, opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("norm:Q", scale=alt.Scale(range=[15, 120]), legend=None),
            color=alt.Color("label:N", scale=colour, legend=None),
        )
    )
    whole: Chart = alt.layer(lines, points).properties(width=_SIDE_PX, height=_SIDE_PX, title=title)
    return whole
