"""The recognition curve, built once with Altair; vl-convert draws it as SVG and PNG without network."""

import json
import re
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from app.analysis.recognition import Recognition

Figure = alt.LayerChart | alt.FacetChart  # Altair's own type of layered charts

PNG_SCALE = 3  # px per unit of the drawing: about 300 dpi at a width of 16 cm
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first is built into vl-convert
INK = "#1f2933"
MUTED = "#5b6770"
# Okabe and Ito's colour-blind safe palette: vermilion and blue; shape tells the two apart as well.
NATURAL_COLOUR = "#d55e00"
METAMER_COLOUR = "#0072b2"
_STEP = 64  # drawing units from layer to layer, more where there are few layers
_MIN_WIDTH = 480
_GAP = 1.6  # the natural point stands apart by this many steps


@dataclass(frozen=True)
class Caption:
    """What the figure says of itself. `kind` is the participants' kind: live, pilot or simulated."""

    study: str
    model: str
    kind: str


def recognition_chart(result: Recognition, caption: Caption) -> Figure:
    """The curve of `result`: natural set apart, layers in depth order, SEM bars, dashed chance line.

    Conditions that nobody saw keep their place on the axis and have no point.
    """
    points = _points(result)
    positions = [_position(index) for index in range(len(points))]
    names = dict(zip(positions, (readable(point["condition"]) for point in points), strict=True))
    x = alt.X(
        "position:Q",
        scale=alt.Scale(domain=[-0.6, positions[-1] + 0.5], nice=False, zero=False),
        axis=_condition_axis(names, caption),
    )
    y_axis = alt.Axis(title="Proportion correct", values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f")
    y = alt.Y("proportion_correct:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=y_axis)
    seen = alt.Chart(alt.InlineData(values=[point for point in points if point["participants"]]))
    chart = alt.layer(
        *_chance_line(result),
        _sem_bars(seen, x),
        seen.transform_filter("datum.group == 'metamers'")
        .mark_line(color=METAMER_COLOUR, strokeWidth=2)
        .encode(x=x, y=y),
        _marks(seen, x, y),
    )
    title = alt.TitleParams(
        text=f"Recognition of model metamers: {caption.study}", subtitle=_subtitle(result, caption)
    )
    width = max(_MIN_WIDTH, int(_STEP * (positions[-1] + 1.1)))
    return _styled(chart.properties(title=title, width=width, height=300))


def to_svg(chart: Figure) -> str:
    """SVG text; the same chart gives the same text."""
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])
    return svg


def to_png(chart: Figure) -> bytes:
    """PNG bytes on white; the same chart gives the same bytes."""
    png: bytes = vl_convert.vegalite_to_png(chart.to_dict(), scale=PNG_SCALE, allowed_base_urls=[])
    return png


def readable(condition: str) -> str:
    """A condition's name for people: `natural` -> Natural, `block10` -> block 10."""
    if condition == "natural":
        return "Natural"
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", condition).replace("_", " ")


def participants_in_words(count: int, kind: str) -> str:
    """`1 pilot participant`, `20 simulated participants`, `20 participants` (live)."""
    adjective = "" if kind == "live" else f"{kind} "
    return f"{count} {adjective}participant{'' if count == 1 else 's'}"


def _position(index: int) -> float:
    """Place on the x axis of the condition with this index: 0 is the natural condition."""
    return 0.0 if index == 0 else index - 1 + _GAP


def _points(result: Recognition) -> list[dict[str, Any]]:
    return [
        {
            "condition": point.condition,
            "name": readable(point.condition),
            "group": "natural" if index == 0 else "metamers",
            "position": _position(index),
            "proportion_correct": point.proportion_correct,
            "sem": point.sem,
            "participants": point.participants,
        }
        for index, point in enumerate(result.conditions)
    ]


def _condition_axis(names: dict[float, str], caption: Caption) -> alt.Axis:
    label = (
        "".join(f"abs(datum.value - {place}) < 0.01 ? {json.dumps(name)} : " for place, name in names.items())
        + "''"
    )
    long = max(map(len, names.values())) > 9
    return alt.Axis(
        title=f"Layer of {caption.model} whose activations were matched (early to late)",
        values=list(names),
        labelExpr=label,
        labelAngle=-35 if long else 0,
        labelAlign="right" if long else "center",
        labelOverlap=False,
        labelLimit=0,
        grid=False,
    )


def _chance_line(result: Recognition) -> tuple[alt.Chart, alt.Chart]:
    text = f"chance = 1/{round(1 / result.chance)}"
    base = alt.Chart(alt.InlineData(values=[{"chance": result.chance, "text": text}])).encode(
        y=alt.Y("chance:Q", scale=alt.Scale(domain=[0, 1]))
    )
    line = base.mark_rule(color=MUTED, strokeDash=[5, 4], strokeWidth=1.2)
    label = base.mark_text(align="left", baseline="bottom", dx=6, dy=-4, color=MUTED, fontSize=12)
    return line, label.encode(x=alt.value(0), text="text:N")


def _sem_bars(seen: alt.Chart, x: alt.X) -> alt.Chart:
    bars: alt.Chart = (
        seen.transform_filter("isValid(datum.sem)")
        .transform_calculate(
            low="datum.proportion_correct - datum.sem", high="datum.proportion_correct + datum.sem"
        )
        .mark_errorbar(ticks={"size": 9, "opacity": 1}, rule={"opacity": 1}, thickness=1.4)
        .encode(x=x, y=alt.Y("low:Q", title="Proportion correct"), y2="high:Q", color=_group_colour())
    )
    return bars


def _marks(seen: alt.Chart, x: alt.X, y: alt.Y) -> alt.Chart:
    shape = alt.Shape(
        "group:N",
        scale=alt.Scale(domain=["natural", "metamers"], range=["diamond", "circle"]),
        legend=None,
    )
    marks: alt.Chart = seen.mark_point(filled=True, opacity=1, size=95).encode(
        x=x, y=y, color=_group_colour(), shape=shape
    )
    return marks


def _group_colour() -> alt.Color:
    scale = alt.Scale(domain=["natural", "metamers"], range=[NATURAL_COLOUR, METAMER_COLOUR])
    return alt.Color("group:N", scale=scale, legend=None)


def _subtitle(result: Recognition, caption: Caption) -> list[str]:
    counts = [point.participants for point in result.conditions if point.participants]
    spread = (
        "" if not counts or min(counts) == max(counts) else f" ({min(counts)} to {max(counts)} per point)"
    )
    who = participants_in_words(result.participants, caption.kind)
    if not result.participants:
        return [f"No answers of {caption.kind} participants yet"]
    lines = [f"Mean of {who}{spread}, {result.trials} trials. Bars: ±1 SEM over participants (ddof 1)."]
    unseen = [readable(point.condition) for point in result.conditions if not point.participants]
    if unseen:
        lines.append(f"Not seen by anyone: {', '.join(unseen)}.")
    if result.participants == 1:
        lines[0] = f"{who}, {result.trials} trials. One participant: SEM is not defined."
    return lines


def _styled(chart: Figure) -> Figure:
    styled: Figure = (
        chart.configure(font=FONT, background="white", padding=18)
        .configure_title(
            anchor="start",
            frame="group",
            fontSize=16,
            fontWeight=600,
            color=INK,
            subtitleFontSize=12,
            subtitleColor=MUTED,
            subtitlePadding=6,
            subtitleLineHeight=17,
            offset=18,
        )
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=12,
            titleFontSize=13,
            titleFontWeight="normal",
            titlePadding=12,
            domainColor=MUTED,
            tickColor=MUTED,
            gridColor="#e4e7eb",
        )
        .configure_view(stroke=None)
    )
    return styled
