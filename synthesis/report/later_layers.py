"""Later-layer match: how well the metamers of each layer match their naturals at every layer."""

from collections.abc import Callable
from statistics import median
from typing import Any

import altair as alt

from synthesis.bundle.manifest import LayerMatch, Manifest
from synthesis.bundle.nulls import LayerNull
from synthesis.common.charts import INK, Chart
from synthesis.common.wording import readable_layer

_NULL_ROW = "null's best"
_STEP_PX = {"x": 46, "y": 26}


def later_layers_chart(manifest: Manifest) -> Chart:
    """Two matrices, matched layer x every layer: median Spearman's rho and median relative error.

    The last row is what the best of the null's pairs reaches, at layers that have a null.
    """
    rho = _matrix(
        manifest,
        "Spearman's ρ",
        match=lambda at_layer: at_layer.spearman,
        null=lambda null: null.spearman.maximum,
        good_is_high=True,
    )
    error = _matrix(
        manifest,
        "Relative error, |r - t| / |t|",
        match=lambda at_layer: at_layer.relative_error,
        null=lambda null: smallest_error(null.snr_db.maximum),
        good_is_high=False,
    )
    title = alt.TitleParams(text="Match at every layer", subtitle=_caption(manifest))
    both = alt.vconcat(rho, error, spacing=30).resolve_scale(color="independent")
    chart: Chart = both.properties(title=title)
    return chart


def smallest_error(snr_db: float) -> float:
    """The relative error norm(m - t) / norm(t) of a signal-to-noise ratio: they are one quantity."""
    return float(10 ** (-snr_db / 20))


def medians(manifest: Manifest, match: Callable[[LayerMatch], float]) -> dict[tuple[str, str], float]:
    """(matched layer, layer) to the median over the certified metamers; pairs without any are absent."""
    values: dict[tuple[str, str], list[float]] = {}
    for item in manifest.items:
        if item.certificate.passed:
            for at_layer in item.profile:
                values.setdefault((item.layer, at_layer.layer), []).append(match(at_layer))
    return {pair: median(of_pair) for pair, of_pair in values.items()}


def _matrix(
    manifest: Manifest,
    title: str,
    match: Callable[[LayerMatch], float],
    null: Callable[[LayerNull], float],
    good_is_high: bool,
) -> Chart:
    cells = [
        _cell(matched, layer, value, good_is_high, own=matched == layer)
        for (matched, layer), value in medians(manifest, match).items()
    ]
    cells += [_cell(_NULL_ROW, entry.layer, null(entry), good_is_high, own=False) for entry in manifest.nulls]
    columns = [readable_layer(name) for name in manifest.model.layers]
    rows = [*(readable_layer(name) for name in manifest.layers), _NULL_ROW]
    base = alt.Chart(alt.InlineData(values=cells)).encode(
        x=alt.X(
            "layer:N",
            scale=alt.Scale(domain=columns, paddingInner=0.05),
            axis=alt.Axis(title="Layer", labelAngle=-35, labelOverlap=False, labelLimit=0, domain=False),
        ),
        y=alt.Y(
            "matched:N",
            scale=alt.Scale(domain=rows, paddingInner=0.08),
            axis=alt.Axis(title="Matched layer", labelLimit=0, domain=False, ticks=False),
        ),
    )
    shade = alt.Scale(scheme="cividis", domain=[0, 1], clamp=True, reverse=not good_is_high)
    outline = alt.condition("datum.own", alt.value(INK), alt.value(None))
    matrix: Chart = alt.layer(
        base.mark_rect(strokeWidth=2.5).encode(
            color=alt.Color("value:Q", scale=shade, legend=alt.Legend(title=None, gradientLength=90)),
            stroke=outline,
        ),
        base.mark_text(fontSize=11).encode(
            text="text:N", color=alt.condition("datum.bright", alt.value("#000000"), alt.value("#ffffff"))
        ),
    ).properties(
        title=alt.TitleParams(text=title, fontSize=13, offset=8, anchor="start"),
        width=_STEP_PX["x"] * len(columns),
        height=_STEP_PX["y"] * len(rows),
    )
    return matrix


def _cell(matched: str, layer: str, value: float, good_is_high: bool, own: bool) -> dict[str, Any]:
    brightness = min(max(value if good_is_high else 1 - value, 0), 1)
    return {
        "matched": matched if matched == _NULL_ROW else readable_layer(matched),
        "layer": readable_layer(layer),
        "value": value,
        "text": f"{value:.2f}" if value < 99.5 else ">99",
        "bright": brightness > 0.5,
        "own": own,
    }


def _caption(manifest: Manifest) -> list[str]:
    counts = [
        sum(item.certificate.passed for item in manifest.items if item.layer == layer)
        for layer in manifest.layers
    ]
    number = f"{counts[0]}" if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}"
    return [
        f"Median of {number} certified metamers per matched layer (outlined).",
        "A metamer should match every layer after its own. Last row: the best of the null's pairs.",
    ]
