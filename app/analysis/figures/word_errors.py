"""What was answered instead: the most frequent pairs, where a matrix would not fit."""

import altair as alt

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.measures.neighbours import known_pronunciations
from app.analysis.measures.word_errors import word_errors
from app.analysis.results import Answers
from app.analysis.tables.csv_tables import records
from app.analysis.wording import participants_in_words, plural
from synthesis.common.charts import BLUE, INK, MUTED, VERMILION

_SHOWN = 25
_WIDTH, _ROW = 380, 19
_NEAR, _FAR, _UNKNOWN = "one phoneme apart at most", "further apart", "distance not known"


def word_errors_figure(answers: Answers) -> Figure:
    """Bars of the most frequent errors of all conditions; colour tells phonological neighbours."""
    analysis = answers.analysis
    of_words = analysis.task.has_vocabulary
    table = word_errors(answers.confusion, known_pronunciations() if of_words else {})
    shown = table.head(_SHOWN)
    values = [
        {
            "pair": f"{row['word']} \u2192 {row['answer']}",
            "trials": row["trials"],
            "conditions": row["conditions"],
            "apart": _apart(row["neighbour"]),
        }
        for row in records(shown)
    ]
    domain = [_NEAR, _FAR, _UNKNOWN]
    colours = alt.Scale(domain=domain, range=[VERMILION, BLUE, MUTED])
    legend = alt.Legend(orient="top", title=None, labelLimit=0) if of_words else None
    bars = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar()
        .encode(
            x=alt.X("trials:Q", title="Trials", axis=alt.Axis(format="d", tickMinStep=1)),
            y=alt.Y(
                "pair:N",
                title=f"{analysis.medium.presented} \u2192 answered",
                sort=[value["pair"] for value in values],
                axis=alt.Axis(labelLimit=0, labelColor=INK, ticks=False),
            ),
            color=alt.Color("apart:N", scale=colours, legend=legend),
            tooltip=["pair:N", "trials:Q", "conditions:Q", "apart:N"],
        )
        .properties(width=_WIDTH, height=alt.Step(_ROW))
    )
    title = f"Most frequent confusions: {analysis.study.name}"
    errors = int(table["trials"].sum())
    caption = [
        f"{participants_in_words(analysis.recognition.participants, analysis.audience)}, "
        f"{analysis.recognition.trials} trials of all conditions, {plural(errors, 'wrong answer')}.",
        f"The {len(shown)} most frequent of {plural(len(table), 'pair')} among {len(analysis.choices)} "
        f"{analysis.medium.answers}; all are in the table.",
    ]
    chart = bars.properties(title=titled(title, caption))
    return draw(chart, title, "Bars: how often one answer was given instead of another.", table)


def _apart(neighbour: bool | None) -> str:
    if neighbour is None:
        return _UNKNOWN
    return _NEAR if neighbour else _FAR
