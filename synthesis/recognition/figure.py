"""Recognition by generating layer, one curve per observer (Feather et al. 2019, figures 5 and 6)."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from synthesis.bundle.manifest import NATURAL
from synthesis.common.charts import MUTED, PALETTE, SHAPES, Chart
from synthesis.common.errors import UserError
from synthesis.common.wording import readable, readable_network
from synthesis.recognition.results import RecognitionRecord
from synthesis.recognition.rules import Rule, ScoreName

Result = tuple[RecognitionRecord, pd.DataFrame]

_STEP, _HEIGHT, _NARROWEST = 72, 260, 260
_DODGE = 12
_RULES = {
    "feather": "16-way, highest-ranked class",
    "geirhos": "16-way, largest mean probability",
    "1000": "1,000-way",
    "readout": "by linear readout",
    "words": "the best word",
}
_Y_TITLES = {
    "natural_label": "Share given the natural's label",
    "true_label": "Share given the true label",
}


def observers_chart(results: Sequence[Result], rule: Rule, score: ScoreName) -> Chart:
    """One panel per generating network, one curve per observer, bars of one SEM, and the line of chance.

    Raises `UserError` if a result has no such score, or if two are of one observer and one bundle.
    """
    _check(results, rule, score)
    observers = list(dict.fromkeys(record.observer.name for record, _ in results))
    bundles = {record.bundle.digest: record.bundle for record, _ in results}
    panels = [
        _panel([result for result in results if result[0].bundle.digest == digest], observers, rule, score)
        for digest in bundles
    ]
    chart = alt.hconcat(*panels, spacing=36).resolve_scale(
        color="shared", shape="shared", strokeDash="shared"
    )
    title = alt.TitleParams(
        text="Metamers of one network shown to another", subtitle=_caption(results, rule, score)
    )
    titled: Chart = chart.properties(title=title)
    return titled


def _panel(results: Sequence[Result], observers: Sequence[str], rule: Rule, score: ScoreName) -> Chart:
    record = results[0][0]
    conditions = [*([NATURAL] if score == "true_label" else []), *record.bundle.layers]
    points = [point for result in results for point in _points(result, rule, score)]
    data = alt.Chart(alt.InlineData(values=points))
    names = [readable(name) for name in conditions]
    step = max(_STEP, _NARROWEST / len(names))
    placed = {
        "x": _layer_axis(names, record.bundle.model),
        "xOffset": _side_by_side(observers, step / 2),
        "color": _by_observer(alt.Color, observers, PALETTE),
    }
    y = alt.Y(
        "share:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(title=_Y_TITLES[score], values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f"),
    )
    dashes = alt.Scale(domain=[False, True], range=[[1, 0], [5, 4]])
    shape = _by_observer(alt.Shape, observers, SHAPES)
    layered = alt.layer(
        *_chance_line(record.chance(rule)),
        data.transform_filter("datum.metamers")
        .mark_line(strokeWidth=2)
        .encode(**placed, y=y, strokeDash=alt.StrokeDash("control:N", scale=dashes, legend=None)),
        data.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=1.4)
        .encode(**placed, y=alt.Y("low:Q"), y2="high:Q"),
        data.mark_point(filled=True, opacity=1, size=90).encode(**placed, y=y, shape=shape),
    )
    panel: Chart = layered.properties(width=step * len(names), height=_HEIGHT)
    return panel


def _layer_axis(names: list[str], model: str) -> alt.X:
    axis = alt.Axis(
        title=f"Matched layer of {readable_network(model)}",
        labelAngle=-35 if max(map(len, names)) > 9 else 0,
        labelOverlap=False,
        labelLimit=0,
    )
    return alt.X("layer:N", scale=alt.Scale(domain=names, type="band", padding=0), axis=axis)


def _side_by_side(observers: Sequence[str], centre: float) -> alt.XOffset:
    """Some px between the observers' points, so that equal shares do not hide each other."""
    offsets = [centre + _DODGE * (index - (len(observers) - 1) / 2) for index in range(len(observers))]
    names = [readable_network(name) for name in observers]
    return alt.XOffset("observer:N", scale=alt.Scale(domain=names, range=offsets, type="ordinal"))


def _by_observer(channel: Any, observers: Sequence[str], values: Sequence[str]) -> Any:
    names = [readable_network(name) for name in observers]
    scale = alt.Scale(domain=names, range=[values[index % len(values)] for index in range(len(names))])
    return channel(
        "observer:N", scale=scale, legend=alt.Legend(title="Observer", orient="top", direction="horizontal")
    )


def _points(result: Result, rule: Rule, score: ScoreName) -> list[dict[str, Any]]:
    record, summary = result
    chosen = summary[(summary["rule"] == rule) & (summary["score"] == score) & summary["share"].notna()]
    if score == "natural_label":  # 1 for the natural itself, by definition
        chosen = chosen[chosen["condition"] != NATURAL]
    return [
        {
            "layer": readable(row.condition),
            "metamers": row.condition != NATURAL,
            "observer": readable_network(record.observer.name),
            "control": record.control,
            "share": row.share,
            "low": None if pd.isna(row.sem) else row.share - row.sem,
            "high": None if pd.isna(row.sem) else row.share + row.sem,
        }
        for row in chosen.itertuples()
    ]


def _chance_line(chance: float | None) -> list[alt.Chart]:
    if chance is None:
        return []
    values = alt.InlineData(values=[{"chance": chance, "text": f"chance = 1/{round(1 / chance)}"}])
    base = alt.Chart(values).encode(y=alt.Y("chance:Q"))
    line = base.mark_rule(color=MUTED, strokeDash=[2, 3], strokeWidth=1.2)
    label = base.mark_text(align="left", baseline="bottom", dx=6, dy=-3, color=MUTED, fontSize=12)
    return [line, label.encode(x=alt.value(0), text="text:N")]


def _caption(results: Sequence[Result], rule: Rule, score: ScoreName) -> list[str]:
    rows = pd.concat([summary for _, summary in results])
    rows = rows[(rows["rule"] == rule) & (rows["score"] == score) & (rows["condition"] != NATURAL)]
    recognised = (
        "Recognised: the label that the same observer gives the natural original"
        if score == "natural_label"
        else "Recognised: the stimulus's category"
    )
    lines = [
        f"{recognised} ({_RULES[rule]}).",
        f"N = {_span(rows['stimuli'])} stimuli per point. Bars: ±1 SEM, bootstrap over stimuli.",
    ]
    if any(record.control for record, _ in results):
        lines.append("Dashed: the network that the metamers were made for (control).")
    return lines


def _span(counts: pd.Series) -> str:
    low, high = counts.min(), counts.max()
    return f"{low}" if low == high else f"{low} to {high}"


def _check(results: Sequence[Result], rule: Rule, score: ScoreName) -> None:
    seen = set()
    for record, summary in results:
        name, digest = record.observer.name, record.bundle.digest
        chosen = summary[(summary["rule"] == rule) & (summary["score"] == score)]
        if not chosen["share"].notna().any():
            raise UserError(f"the answers of {name} have no score {score} by the rule {rule}; choose another")
        if (name, digest) in seen:
            raise UserError(f"two folders hold the answers of {name} to one bundle; give one of them")
        seen.add((name, digest))
