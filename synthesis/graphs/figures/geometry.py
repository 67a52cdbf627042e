"""Share of metameric dimensions, and change of volume by the activation, by network and layer."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import altair as alt

from synthesis.bundle.graphs import GraphManifest, LayerGeometry
from synthesis.common.charts import PALETTE, SHAPES, Chart
from synthesis.common.wording import readable_layer
from synthesis.graphs.figures.rows import layers, mean_and_sem, setting, settings


def shares_chart(manifest: GraphManifest) -> Chart:
    """Share of the dimensions of the features that each layer does not see."""
    return _curves(manifest, lambda one: one.metameric_share, "Share of metameric dimensions", (0.0, 1.0))


def volumes_chart(manifest: GraphManifest) -> Chart:
    """Change of log volume by the activation of each layer."""
    title = "Change of log volume by the activation (nats)"
    return _curves(manifest, lambda one: one.volume_change, title, None)


def _curves(
    manifest: GraphManifest,
    value: Callable[[LayerGeometry], float | None],
    title: str,
    domain: tuple[float, float] | None,
) -> Chart:
    names, order = settings(manifest), [readable_layer(name) for name in layers(manifest)]
    y = alt.Scale(domain=list(domain)) if domain else alt.Scale(zero=False)
    legend = alt.Legend(title=None)
    # Seven colours and six shapes: together they tell 42 networks apart.
    colours = alt.Scale(domain=names, range=[PALETTE[n % len(PALETTE)] for n in range(len(names))])
    shapes = alt.Scale(domain=names, range=[SHAPES[n % 6] for n in range(len(names))])
    caption = "Mean and standard error over seeds and graphs."
    base = alt.Chart(alt.InlineData(values=list(_rows(manifest, value)))).encode(
        x=alt.X(
            "layer:N",
            sort=order,
            scale=alt.Scale(paddingInner=0.5, paddingOuter=0.25),
            axis=alt.Axis(title=None, labelAngle=0),
        ),
        xOffset=alt.XOffset("network:N", sort=names, scale=alt.Scale(domain=names)),
        color=alt.Color("network:N", sort=names, scale=colours, legend=legend),
    )
    axis = alt.Axis(title=title)
    chart: Chart = (
        alt.layer(
            base.mark_line().encode(y=alt.Y("mean:Q", scale=y, axis=axis)),
            base.mark_rule().encode(y=alt.Y("low:Q", scale=y, axis=axis), y2="high:Q"),
            base.mark_point(filled=True, size=70).encode(
                y=alt.Y("mean:Q", scale=y, axis=axis),
                shape=alt.Shape("network:N", sort=names, scale=shapes, legend=legend),
            ),
        )
        .properties(width=340, height=240)
        .properties(title=alt.TitleParams(text=title, subtitle=caption))
    )
    return chart


def _rows(
    manifest: GraphManifest, value: Callable[[LayerGeometry], float | None]
) -> Iterator[dict[str, Any]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in manifest.geometry:
        if (number := value(one)) is not None:
            found[setting(manifest, one.network), one.layer].append(number)
    for (network, layer), values in found.items():
        middle, error = mean_and_sem(values)
        yield {
            "network": network,
            "layer": readable_layer(layer),
            "mean": middle,
            "low": middle - error,
            "high": middle + error,
        }
