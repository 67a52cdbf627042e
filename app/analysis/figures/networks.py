"""The recognition curves of several networks in one figure: one natural point, a line for each network."""

from typing import Any

import altair as alt

from app.analysis.figures.condition_axis import position, stage_axis, width
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.recognition import (
    HEIGHT,
    Y_AXIS,
    Y_SCALE,
    chance_line,
    recognition_caption,
    recognition_table,
    sem_bars,
)
from app.analysis.figures.style import titled
from app.analysis.results import StudyAnalysis
from app.analysis.wording import readable
from app.experiments.conditions import Conditions
from synthesis.common.charts import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILION

_COLOURS = [BLUE, GREEN, ORANGE, PURPLE, SKY, INK]
_SHAPES = ["circle", "square", "triangle-up", "cross", "triangle-down", "stroke"]
_SHIFT = 0.07  # of the axis's step: networks stand beside each other, so that their bars can be told apart
_CAPTION_CHARACTERS = 120  # a line


def networks_figure(analysis: StudyAnalysis) -> Figure:
    """Proportion correct by network over the ranks of its layers, with the study's exclusions.

    The axis has the layers' names if all networks have the same, else their ranks, which the caption names.
    """
    layout, result = analysis.layout, analysis.recognition
    same = len({network.layers for network in layout.networks}) == 1
    deepest = max(len(network.layers) for network in layout.networks)
    ranks = [str(rank) for rank in range(1, deepest + 1)]
    names = [readable(layer) for layer in layout.networks[0].layers] if same else ranks
    title = "Layer whose activations were matched" if same else "Rank of the matched layer in its network"
    x = stage_axis(["Natural", *names], f"{title} (early to late)")
    base = alt.Chart(alt.InlineData(values=_points(analysis)))
    y = alt.Y("proportion_correct:Q", scale=Y_SCALE, axis=Y_AXIS)
    colour, shape = _channels([network.name for network in layout.networks])
    metamers, natural = (
        base.transform_filter(f"datum.group == '{group}'") for group in ("metamers", "natural")
    )
    layers = [
        *chance_line(result.chance),
        sem_bars(metamers, x, color=colour),
        metamers.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour),
        metamers.mark_point(filled=True, opacity=1, size=80).encode(
            x=x, y=y, color=colour, shape=shape, tooltip=_TOOLTIP
        ),
        sem_bars(natural, x, color=alt.value(VERMILION)),
        natural.mark_point(filled=True, opacity=1, size=95, shape="diamond", color=VERMILION).encode(
            x=x, y=y, tooltip=_TOOLTIP
        ),
    ]
    heading = f"Recognition of model metamers: {analysis.study.name}"
    caption = recognition_caption(result, analysis.caption, None)
    caption += [] if same else _layers_in_words(layout)
    chart = alt.layer(*layers).properties(
        title=titled(heading, caption), width=width(deepest + 1), height=HEIGHT
    )
    alt_text = "Proportion correct by condition: " + ", ".join(
        f"{readable(point.condition)} {point.proportion_correct:.2f}"
        for point in result.conditions
        if point.proportion_correct is not None
    )
    return draw(chart, heading, alt_text, recognition_table(result, analysis.everyone, layout))


def _points(analysis: StudyAnalysis) -> list[dict[str, Any]]:
    """The conditions that anybody saw, each at its rank and a little beside those of other networks."""
    points = {point.condition: point for point in analysis.recognition.conditions}
    networks = analysis.layout.networks
    places = [("natural", "natural", position(0))]
    for number, network in enumerate(networks):
        shift = _SHIFT * (number - (len(networks) - 1) / 2)
        for rank, name in enumerate(analysis.layout.of_network(network)[1:], start=1):
            places.append((name, network.name, position(rank) + shift))
    return [
        {
            "name": readable(name),
            "network": network,
            "group": "natural" if name == "natural" else "metamers",
            "position": place,
            "proportion_correct": points[name].proportion_correct,
            "sem": points[name].sem,
            "participants": points[name].participants,
            "trials": points[name].trials,
        }
        for name, network, place in places
        if points[name].participants
    ]


def _channels(networks: list[str]) -> tuple[alt.Color, alt.Shape]:
    """Colour and shape of each network; where there are more than six, shapes shift against colours."""
    numbers = range(len(networks))
    colours = [_COLOURS[number % len(_COLOURS)] for number in numbers]
    shapes = [_SHAPES[(number + number // len(_COLOURS)) % len(_SHAPES)] for number in numbers]
    legend = alt.Legend(title="Network", orient="top", columns=4, symbolOpacity=1, labelLimit=260)
    return (
        alt.Color("network:N", scale=alt.Scale(domain=networks, range=colours), legend=legend),
        alt.Shape("network:N", scale=alt.Scale(domain=networks, range=shapes), legend=legend),
    )


def _layers_in_words(layout: Conditions) -> list[str]:
    """The layers by rank, a network a line, or more where they are many."""
    lines = []
    for network in layout.networks:
        line = f"{network.name}:"
        for rank, layer in enumerate(network.layers, start=1):
            if len(line) + len(layer) > _CAPTION_CHARACTERS:
                lines.append(line)
                line = "   "
            line += f" {rank} {readable(layer)}{',' if rank < len(network.layers) else ''}"
        lines.append(line)
    return lines


_TOOLTIP = [
    alt.Tooltip("name:N", title="Condition"),
    alt.Tooltip("proportion_correct:Q", title="Proportion correct", format=".3f"),
    alt.Tooltip("sem:Q", title="SEM", format=".3f"),
    alt.Tooltip("participants:Q", title="Participants"),
    alt.Tooltip("trials:Q", title="Trials"),
]
