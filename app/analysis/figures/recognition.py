"""The recognition curve: natural set apart, layers in depth order, SEM bars, chance line."""

from dataclasses import asdict
from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.condition_axis import condition_axis, position, width
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.measures.recognition import Recognition
from app.analysis.results import Caption, StudyAnalysis
from app.analysis.wording import participants_in_words, plural, readable
from app.experiments.conditions import Conditions
from synthesis.common.charts import BLUE, MUTED, VERMILION

HEIGHT = 300
Y_AXIS = alt.Axis(title="Proportion correct", values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f")
Y_SCALE = alt.Scale(domain=[0, 1], nice=False)


def curve_figure(analysis: StudyAnalysis) -> Figure:
    """One network's curve with the study's exclusions, and in grey without, where that makes a difference."""
    changed = analysis.recognition != analysis.everyone
    everyone = analysis.everyone if changed else None
    return recognition_curve(analysis.recognition, analysis.caption, everyone, analysis.layout)


def recognition_curve(
    result: Recognition,
    caption: Caption,
    everyone: Recognition | None = None,
    layout: Conditions | None = None,
) -> Figure:
    """The curve of `result`; a condition that nobody saw keeps its place on the axis and has no point."""
    conditions = [point.condition for point in result.conditions]
    x = condition_axis(conditions, caption.model)
    seen = alt.Chart(alt.InlineData(values=[point for point in _points(result) if point["participants"]]))
    layers = [*chance_line(result.chance), *_grey(everyone, x), *_curve(seen, x)]
    title = f"Recognition of model metamers: {caption.study}"
    chart = alt.layer(*layers).properties(
        title=titled(title, recognition_caption(result, caption, everyone)),
        width=width(len(conditions)),
        height=HEIGHT,
    )
    alt_text = "Proportion correct by condition: " + ", ".join(
        f"{readable(point.condition)} {point.proportion_correct:.2f}"
        for point in result.conditions
        if point.proportion_correct is not None
    )
    return draw(chart, title, alt_text, recognition_table(result, everyone, layout))


def recognition_table(
    result: Recognition, everyone: Recognition | None = None, layout: Conditions | None = None
) -> pd.DataFrame:
    """One row per condition in the curve's order; beside it the numbers without exclusions.

    Where the study names its networks (`layout`), network and layer stand beside the condition.
    """
    other = result if everyone is None else everyone
    rows = [
        {
            **asdict(point),
            "ci_level": result.level,
            "chance": result.chance,
            "participants_without_exclusions": all_.participants,
            "proportion_correct_without_exclusions": all_.proportion_correct,
            "sem_without_exclusions": all_.sem,
        }
        for point, all_ in zip(result.conditions, other.conditions, strict=True)
    ]
    table = pd.DataFrame(rows)
    if layout is not None and layout.named:
        table.insert(1, "network", [layout[name].network for name in table["condition"]])
        table.insert(2, "layer", [layout[name].layer for name in table["condition"]])
    return table


def chance_line(chance: float) -> tuple[alt.Chart, alt.Chart]:
    """A dashed line at chance, and its label."""
    values = [{"chance": chance, "text": f"chance = 1/{round(1 / chance)}"}]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("chance:Q", scale=alt.Scale(domain=[0, 1]))
    )
    line = base.mark_rule(color=MUTED, strokeDash=[5, 4], strokeWidth=1.2)
    label = base.mark_text(align="left", baseline="bottom", dx=6, dy=-4, color=MUTED, fontSize=12)
    return line, label.encode(x=alt.value(0), text="text:N")


def sem_bars(seen: alt.Chart, x: alt.X, **encoding: Any) -> alt.Chart:
    """Bars of one SEM to either side, where it is defined."""
    low, high = "datum.proportion_correct - datum.sem", "datum.proportion_correct + datum.sem"
    bars: alt.Chart = (
        seen.transform_filter("isValid(datum.sem)")
        .transform_calculate(low=low, high=high)
        .mark_errorbar(ticks={"size": 9, "opacity": 1}, rule={"opacity": 1}, thickness=1.4)
        .encode(x=x, y=alt.Y("low:Q", title="Proportion correct"), y2="high:Q", **encoding)
    )
    return bars


def _curve(seen: alt.Chart, x: alt.X) -> tuple[alt.Chart, ...]:
    y = alt.Y("proportion_correct:Q", scale=Y_SCALE, axis=Y_AXIS)
    domain = ["natural", "metamers"]
    colour = alt.Color("group:N", scale=alt.Scale(domain=domain, range=[VERMILION, BLUE]), legend=None)
    shape = alt.Shape("group:N", scale=alt.Scale(domain=domain, range=["diamond", "circle"]), legend=None)
    metamers = seen.transform_filter("datum.group == 'metamers'")
    return (
        sem_bars(seen, x, color=colour),
        metamers.mark_line(color=BLUE, strokeWidth=2).encode(x=x, y=y),
        seen.mark_point(filled=True, opacity=1, size=95).encode(
            x=x, y=y, color=colour, shape=shape, tooltip=_TOOLTIP
        ),
    )


def _grey(everyone: Recognition | None, x: alt.X) -> tuple[alt.Chart, ...]:
    """The curve without exclusions: hollow and grey, behind the other."""
    if everyone is None:
        return ()
    seen = alt.Chart(alt.InlineData(values=[one for one in _points(everyone) if one["participants"]]))
    y = alt.Y("proportion_correct:Q", scale=Y_SCALE, axis=Y_AXIS)
    line = seen.transform_filter("datum.group == 'metamers'").mark_line(
        color=MUTED, strokeWidth=1, strokeDash=[2, 3]
    )
    marks = seen.mark_point(filled=False, color=MUTED, size=60, opacity=1)
    return line.encode(x=x, y=y), marks.encode(x=x, y=y, tooltip=_TOOLTIP)


_TOOLTIP = [
    alt.Tooltip("name:N", title="Condition"),
    alt.Tooltip("proportion_correct:Q", title="Proportion correct", format=".3f"),
    alt.Tooltip("sem:Q", title="SEM", format=".3f"),
    alt.Tooltip("participants:Q", title="Participants"),
    alt.Tooltip("trials:Q", title="Trials"),
]


def _points(result: Recognition) -> list[dict[str, Any]]:
    return [
        {
            "condition": point.condition,
            "name": readable(point.condition),
            "group": "natural" if index == 0 else "metamers",
            "position": position(index),
            "proportion_correct": point.proportion_correct,
            "sem": point.sem,
            "participants": point.participants,
            "trials": point.trials,
        }
        for index, point in enumerate(result.conditions)
    ]


def recognition_caption(result: Recognition, caption: Caption, everyone: Recognition | None) -> list[str]:
    """Who is in the curve, what the bars are, and what nobody saw."""
    if not result.participants:
        return [f"No answers of {caption.audience} participants yet"]
    counts = [point.participants for point in result.conditions if point.participants]
    spread = "" if min(counts) == max(counts) else f" ({min(counts)} to {max(counts)} per point)"
    who = participants_in_words(result.participants, caption.audience)
    lines = [f"Mean of {who}{spread}, {result.trials} trials. Bars: ±1 SEM over participants (ddof 1)."]
    if result.participants == 1:
        lines[0] = f"{who}, {plural(result.trials, 'trial')}. One participant: SEM is not defined."
    if everyone:
        lines.append(
            f"Grey: without exclusions ({plural(everyone.participants, 'participant')}, "
            f"{plural(everyone.trials, 'trial')})."
        )
    unseen = [readable(point.condition) for point in result.conditions if not point.participants]
    if unseen:
        lines.append(f"Not seen by anyone: {', '.join(unseen)}.")
    return lines
