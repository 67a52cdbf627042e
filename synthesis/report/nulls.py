"""Metamers against their null: three statistics at the matched layer, per layer."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np

from synthesis.bundle.manifest import Item, Manifest
from synthesis.bundle.nulls import Histogram, LayerNull
from synthesis.common.charts import BLUE, INK, NULL_COLOUR, VERMILION, Chart
from synthesis.common.wording import counted, readable_layer

TITLES = {"spearman": "Spearman's ρ", "pearson_r2": "Pearson's R²", "snr_db": "SNR (dB)"}
_NULL, _PASSED, _FAILED = "Pairs of naturals (null)", "Certified metamers", "Metamers without certificate"
_COLOURS = {_NULL: NULL_COLOUR, _PASSED: BLUE, _FAILED: VERMILION}
_BINS = 50
_PANEL_PX = {"width": 220, "height": 70}
_HEIGHT = alt.Scale(domain=[0, 1.05], nice=False)


def nulls_chart(manifest: Manifest) -> Chart:
    """Rows are layers, columns statistics; null and metamers are each scaled to their own peak."""
    domains = {statistic: _domain(manifest, statistic) for statistic in TITLES}
    rows = [
        alt.hconcat(*_row(manifest, null, domains), spacing=34, bounds="flush") for null in manifest.nulls
    ]
    title = alt.TitleParams(text="Metamers against the null", subtitle=_caption(manifest))
    chart: Chart = alt.vconcat(*rows, spacing=14).properties(title=title)
    return chart


def bars(null: Histogram, items: list[Item], statistic: str, domain: list[float]) -> Iterator[dict[str, Any]]:
    """The bars of one panel: `low` to `high` along the statistic, `bottom` to `top` as shares of the peak.

    Metamers without certificate stand on the certified ones of the same bin.
    """
    peak = max(null.counts)
    for low, high, count in zip(null.edges, null.edges[1:], null.counts, strict=False):
        yield {"set": _NULL, "low": low, "high": high, "bottom": 0.0, "top": count / peak}
    edges = np.linspace(domain[0], domain[1], _BINS + 1)
    passed, failed = (
        np.histogram(
            [getattr(i.certificate, statistic) for i in items if i.certificate.passed is kind], edges
        )[0]
        for kind in (True, False)
    )
    peak = max((passed + failed).max(), 1)
    for low, high, first, second in zip(edges, edges[1:], passed / peak, failed / peak, strict=False):
        if first:
            yield {"set": _PASSED, "low": low, "high": high, "bottom": 0.0, "top": first}
        if second:
            yield {"set": _FAILED, "low": low, "high": high, "bottom": first, "top": first + second}


def _row(manifest: Manifest, null: LayerNull, domains: dict[str, list[float]]) -> Iterator[Chart]:
    """One layer's panels. The first names the layer; those of the last layer have the statistics' axes."""
    items = [item for item in manifest.items if item.layer == null.layer]
    last = null.layer == manifest.nulls[-1].layer
    for number, (statistic, domain) in enumerate(domains.items()):
        summary = getattr(null, statistic)
        title = TITLES[statistic] if last else None
        x_axis = alt.Axis(title=title, labels=last, grid=False, tickCount=5)
        y_axis = alt.Axis(
            title=None if number else readable_layer(null.layer),
            labels=False,
            ticks=False,
            grid=False,
            titleAngle=0,
            titleAlign="right",
            titleBaseline="middle",
        )
        x = alt.X("low:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=x_axis)
        drawn = alt.Chart(alt.InlineData(values=list(bars(summary.histogram, items, statistic, domain))))
        yield alt.layer(
            drawn.mark_bar(opacity=0.85, binSpacing=0).encode(
                x=x, x2="high:Q", y=alt.Y("bottom:Q", scale=_HEIGHT, axis=y_axis), y2="top:Q", color=_colour()
            ),
            _maximum_line(summary.maximum),
        ).properties(**_PANEL_PX)


def _colour() -> alt.Color:
    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1)
    scale = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    return alt.Color("set:N", scale=scale, legend=legend)


def _maximum_line(maximum: float) -> alt.Chart:
    line: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"maximum": maximum}]))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(x="maximum:Q")
    )
    return line


def _domain(manifest: Manifest, statistic: str) -> list[float]:
    """From the smallest to the largest value of the nulls and metamers of all layers; correlations to 1."""
    values: list[float] = [getattr(item.certificate, statistic) for item in manifest.items]
    for null in manifest.nulls:
        values += getattr(null, statistic).histogram.edges
    low, high = min(values), max(values)
    margin = max(0.02 * (high - low), 1e-6)
    return [low - margin, high + margin if statistic == "snr_db" else 1.0 + margin]


def _caption(manifest: Manifest) -> list[str]:
    metamers = counted(len(manifest.items) // len(manifest.layers), "metamer")
    null = manifest.nulls[0]
    return [
        f"{metamers} and {null.pairs:,} pairs of {null.stimuli} natural stimuli, at each matched layer.",
        "Relative frequency, null and metamers each scaled to their peak. Dashed: the null's maximum.",
    ]
