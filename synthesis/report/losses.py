"""Loss curves: how the recipe's loss fell, per layer, over the metamers of a bundle."""

from collections.abc import Iterator
from math import ceil, floor, log10
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.manifest import Item, Manifest
from synthesis.common.charts import BLUE, Chart
from synthesis.common.wording import counted, readable_layer

_SMALLEST_LOSS = 1e-12
_POINTS = 120  # of a curve, at most
_PANEL_PX = {"width": 170, "height": 150}
_UNNORMALISED = "feather2019"


def losses_chart(manifest: Manifest) -> Chart:
    """One panel per matched layer: median and range of the loss at each step, on a logarithmic axis."""
    layers = [readable_layer(name) for name in manifest.layers]
    rows = [row for layer in manifest.layers for row in _rows(manifest, layer)]
    unnormalised = manifest.spec.get("recipe") == _UNNORMALISED
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("step:Q", axis=alt.Axis(title="Optimisation step", grid=False, tickCount=4, format="~s"))
    )
    y = alt.Scale(type="log", nice=False)
    if not unnormalised:
        y = alt.Scale(type="log", nice=False, domain=_domain(rows))
    axis = alt.Axis(
        title="Loss, ½ Σ (r - t)²" if unnormalised else "Loss, |r - t| / |t|",
        values=_ticks(rows),
        format="~g",
    )
    panel = alt.layer(
        base.mark_area(color=BLUE, opacity=0.25).encode(y=alt.Y("low:Q", scale=y, axis=axis), y2="high:Q"),
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=alt.Y("median:Q", scale=y, axis=axis)),
    ).properties(**_PANEL_PX)
    header = alt.Header(title=None, labelAnchor="start")
    chart: Chart = panel.facet(
        alt.Facet("layer:N", sort=layers, header=header), columns=_columns(len(layers))
    ).properties(title=alt.TitleParams(text="Loss by matched layer", subtitle=_caption(manifest)))
    if unnormalised:
        chart = chart.resolve_scale(y="independent")
    return chart


def loss_at(item: Item, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The item's loss at `steps`, shape (steps,).

    Between recorded steps it is interpolated in log loss. An item that ended early keeps its last loss: it
    left the batch as it was.
    """
    made = item.provenance
    logs = np.log(np.maximum(made.losses, _SMALLEST_LOSS))
    return np.exp(np.interp(steps, made.loss_steps, logs))


def _rows(manifest: Manifest, layer: str) -> Iterator[dict[str, Any]]:
    items = [item for item in manifest.items if item.layer == layer]
    steps = np.unique(np.concatenate([item.provenance.loss_steps for item in items])).astype(np.float64)
    steps = steps[np.unique(np.linspace(0, len(steps) - 1, _POINTS).round().astype(int))]
    losses = np.stack([loss_at(item, steps) for item in items])  # (items, steps)
    summary = (steps, np.median(losses, axis=0), losses.min(axis=0), losses.max(axis=0))
    for step, median, low, high in zip(*summary, strict=True):
        yield {
            "layer": readable_layer(layer),
            "step": float(step),
            "median": float(median),
            "low": float(low),
            "high": float(high),
        }


def _columns(panels: int) -> int:
    """At most five, in rows as full as can be."""
    return ceil(panels / ceil(panels / 5))


def _domain(rows: list[dict[str, Any]]) -> list[float]:
    return [min(row["low"] for row in rows) / 1.1, max(row["high"] for row in rows) * 1.1]


def _ticks(rows: list[dict[str, Any]]) -> list[float]:
    """Powers of ten, and between them the more digits the fewer decades there are."""
    low, high = _domain(rows)
    decades = log10(high / low)
    digits = (1, 2, 3, 5) if decades < 1.2 else (1, 3) if decades < 3 else (1,)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    return [digit * 10.0**power for power in powers for digit in digits]


def _caption(manifest: Manifest) -> list[str]:
    metamers = counted(len(manifest.items) // len(manifest.layers), "metamer")
    return [
        f"Line: median; band: range, of {metamers} per layer (recipe {manifest.spec.get('recipe')}).",
        "The kept attempt of each; one that ended early keeps its last loss.",
    ]
