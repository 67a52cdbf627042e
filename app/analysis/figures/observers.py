"""People and networks on the same pictures, in one figure."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.condition_axis import condition_axis, position, width
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.recognition import HEIGHT, Y_AXIS, Y_SCALE, chance_line, sem_bars
from app.analysis.figures.style import titled
from app.analysis.results import StudyAnalysis
from app.analysis.tables.csv_tables import records
from app.analysis.wording import participants_in_words, readable
from synthesis.common.charts import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILION

PEOPLE = "people"
COLUMNS = ["observer", "condition", "n", "proportion_correct", "sem", "position"]
_COLOURS = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"]


def observers_figure(
    analysis: StudyAnalysis,
    curves: pd.DataFrame | None,
    published: pd.DataFrame | None = None,
    published_model: str = "",
) -> Figure:
    """People's curve, one per network (`observers.network_curves`), and a published one."""
    conditions = list(analysis.conditions)
    tables = [_people(analysis)]
    if curves is not None:
        tables.append(_networks(curves, conditions))
    if published is not None:
        tables.append(_placed(published, conditions, f"published: {published_model}"))
    data = pd.concat(tables, ignore_index=True)
    series = list(dict.fromkeys(data["observer"]))
    shown = data[data["n"] > 0].assign(
        name=data["condition"].map(readable),
        part=(data["position"] > 0).map({True: "metamers", False: "natural"}),
        # A line ends where another network's layers begin; a published curve has no network.
        network=data["condition"].str.partition("/")[0].where(data["condition"].str.contains("/"), ""),
    )
    values = records(shown)
    base = alt.Chart(alt.InlineData(values=values))
    x = condition_axis(conditions, analysis.network)
    y = alt.Y("proportion_correct:Q", scale=Y_SCALE, axis=Y_AXIS)
    colour, shape = _channels(series)
    marks = base.mark_point(filled=True, opacity=1, size=80).encode(
        x=x, y=y, color=colour, shape=shape, tooltip=_TOOLTIP
    )
    line = base.transform_filter("datum.part == 'metamers'").mark_line(strokeWidth=2)
    layers = [
        *chance_line(analysis.recognition.chance),
        sem_bars(base, x, color=colour),
        line.encode(x=x, y=y, color=colour, detail="network:N"),
        marks,
    ]
    title = f"People and networks: {analysis.study.name}"
    who = participants_in_words(analysis.recognition.participants, analysis.audience)
    caption = [
        f"People: mean of {who}, ±1 SEM over participants (ddof 1). Networks: ±1 bootstrap SEM over stimuli.",
        *_about_published(published, published_model),
    ]
    chart = alt.layer(*layers).properties(
        title=titled(title, caption), width=width(len(conditions)), height=HEIGHT
    )
    return draw(chart, title, f"Proportion correct by condition of {', '.join(series)}.", data)


def _channels(series: Sequence[str]) -> tuple[alt.Color, alt.Shape]:
    """Colour and shape of each series; both start again beyond six."""
    repeats = range(len(series))
    colours = [_COLOURS[number % len(_COLOURS)] for number in repeats]
    colours = [
        MUTED if name.startswith("published") else colour
        for name, colour in zip(series, colours, strict=True)
    ]
    shapes = [_SHAPES[number % len(_SHAPES)] for number in repeats]
    legend = alt.Legend(title=None, orient="top", columns=3, symbolOpacity=1, labelLimit=260)
    return (
        alt.Color("observer:N", scale=alt.Scale(domain=list(series), range=colours), legend=legend),
        alt.Shape("observer:N", scale=alt.Scale(domain=list(series), range=shapes), legend=legend),
    )


_TOOLTIP = [
    alt.Tooltip("observer:N", title="Observer"),
    alt.Tooltip("name:N", title="Condition"),
    alt.Tooltip("proportion_correct:Q", title="Proportion correct", format=".3f"),
    alt.Tooltip("sem:Q", title="SEM", format=".3f"),
    alt.Tooltip("n:Q", title="N"),
]


def _people(analysis: StudyAnalysis) -> pd.DataFrame:
    rows = [
        (PEOPLE, point.condition, point.participants, point.proportion_correct, point.sem, position(index))
        for index, point in enumerate(analysis.recognition.conditions)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"proportion_correct": float, "sem": float})


def _networks(curves: pd.DataFrame, conditions: list[str]) -> pd.DataFrame:
    place = curves["condition"].map(conditions.index).map(position)
    return curves.rename(columns={"stimuli": "n"}).assign(position=place.astype(float))[COLUMNS]


def _placed(published: pd.DataFrame, conditions: list[str], name: str) -> pd.DataFrame:
    """Published stages at the layer of the same name if all have one, else at their relative depth."""
    first, last = position(1), position(len(conditions) - 1)
    deepest = max(1, int(published["stage"].max()) - 1)
    named = set(published[published["stage"] > 0]["condition"]) <= set(conditions)
    rows: list[dict[str, Any]] = []
    for row in published.to_dict("records"):
        stage = row["stage"]
        if stage == 0:
            place = position(0)
        elif named:
            place = position(conditions.index(row["condition"]))
        else:
            place = first + (last - first) * (stage - 1) / deepest
        rows.append({**row, "observer": name, "position": place})
    return pd.DataFrame(rows)[COLUMNS]


def _about_published(published: pd.DataFrame | None, model: str) -> list[str]:
    if published is None:
        return []
    counts = sorted(set(published["n"]))
    size = f"N = {counts[0]}" if len(counts) == 1 else f"N = {counts[0]} to {counts[-1]}"
    return [
        f"Grey: published human curve for {model} ({size}), ±1 SEM; layers of other names by relative depth."
    ]
