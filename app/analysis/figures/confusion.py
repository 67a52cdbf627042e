"""Confusions: one heat map per condition, right answers on the diagonal, where the categories are few."""

from typing import Any

import altair as alt

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.figures.word_errors import word_errors_figure
from app.analysis.measures.confusion import LARGEST_MATRIX, NO_ANSWER
from app.analysis.results import Answers
from app.analysis.tables.csv_tables import records
from app.analysis.wording import participants_in_words, readable
from synthesis.common.charts import INK
from synthesis.common.names import composed

_CELL = 13  # drawing units
_COLUMNS = 3
_TOOLTIP = [
    alt.Tooltip("category:N", title="Shown"),
    alt.Tooltip("answer:N", title="Answered"),
    alt.Tooltip("share:Q", title="Share", format=".2f"),
    alt.Tooltip("trials:Q", title="Trials"),
]


def confusion_figure(answers: Answers) -> Figure:
    """Matrices where they can be read, else the most frequent confusions."""
    few = len(answers.analysis.choices) <= LARGEST_MATRIX
    return _matrices(answers) if few else word_errors_figure(answers)


def _matrices(answers: Answers) -> Figure:
    """The share of each answer among the trials of each true category, in every condition."""
    analysis, table = answers.analysis, answers.confusion
    categories = [composed(choice) for choice in analysis.choices]
    shown = table[table["trials"].groupby(table["condition"]).transform("sum") > 0]
    names = [readable(condition) for condition in analysis.conditions]
    data = shown.assign(name=shown["condition"].map(readable))
    values = records(data[["name", "category", "answer", "trials", "share"]])
    axis: dict[str, Any] = {
        "labelFontSize": 9,
        "ticks": False,
        "domain": False,
        "titleFontSize": 11,
        "titlePadding": 6,
    }
    cells = (
        alt.Chart(alt.InlineData(values=values))
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "answer:N",
                title="Answer",
                sort=[*categories, NO_ANSWER],
                axis=alt.Axis(labelAngle=-90, **axis),
            ),
            y=alt.Y("category:N", title="Shown", sort=categories, axis=alt.Axis(**axis)),
            color=alt.Color(
                "share:Q",
                title="Share of answers",
                scale=alt.Scale(domain=[0, 1], scheme="viridis"),
                legend=alt.Legend(orient="right", gradientLength=160, format=".1f"),
            ),
            tooltip=_TOOLTIP,
        )
        .properties(width=_CELL * (len(categories) + 1), height=_CELL * len(categories))
    )
    header = alt.Header(title=None, labelFontWeight=600, labelFontSize=13, labelColor=INK)
    title = f"Confusion matrices: {analysis.study.name}"
    caption = [
        f"{participants_in_words(analysis.recognition.participants, analysis.audience)}, "
        f"{analysis.recognition.trials} trials. Rows sum to 1; white rows were not shown; "
        f"{NO_ANSWER}: no answer.",
    ]
    chart = cells.facet(
        facet=alt.Facet("name:N", sort=names, header=header), columns=_COLUMNS, spacing=18
    ).properties(title=titled(title, caption))
    chart = chart.resolve_axis(x="independent", y="independent")
    return draw(chart, title, "Heat maps of answers by true category, one per condition.", table)
