"""How hard single stimuli are: one dot per stimulus and condition."""

import altair as alt

from app.analysis.figures.condition_axis import condition_axis, position, width
from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.recognition import Y_AXIS, Y_SCALE, chance_line
from app.analysis.figures.style import titled
from app.analysis.measures.difficulty import item_difficulty
from app.analysis.results import Trials
from app.analysis.wording import participants_in_words, readable
from synthesis.common.charts import BLUE, VERMILION

_HEIGHT = 300
_SPREAD = 0.3  # dots of one condition are spread to either side by this many steps


def difficulty_figure(trials: Trials) -> Figure:
    """Each stimulus's proportion correct, and the median one of each condition as a bar."""
    analysis = trials.analysis
    table = item_difficulty(trials.kept)
    index = {condition: number for number, condition in enumerate(analysis.conditions)}
    table = table.sort_values("condition", key=lambda names: names.map(index), kind="stable")
    rank = table.groupby("condition").cumcount()
    most = table.groupby("condition")["natural_id"].transform("size")
    # Hardest to easiest from left to right, so that equal ones stand beside each other.
    place = table["condition"].map(index).map(position).astype(float) + _SPREAD * (
        2 * (rank + 0.5) / most - 1
    )
    shown = table.assign(position=place, name=table["condition"].map(readable))
    fields = ["position", "name", "natural_id", "category", "proportion_correct", "trials", "most_given"]
    base = alt.Chart(alt.InlineData(values=shown[fields].to_dict("records")))
    x = condition_axis(analysis.conditions, analysis.network)
    y = alt.Y("proportion_correct:Q", scale=Y_SCALE, axis=Y_AXIS)
    tooltip = [
        alt.Tooltip(f"{name}:N", title=name.replace("_", " ")) for name in fields if name != "position"
    ]
    dots = base.mark_circle(size=26, opacity=0.55, color=BLUE).encode(x=x, y=y, tooltip=tooltip)
    middle = table.groupby("condition")["proportion_correct"].median()
    medians = [
        {"position": position(index[name]), "proportion_correct": float(value)}
        for name, value in middle.items()
    ]
    bars = alt.Chart(alt.InlineData(values=medians)).mark_tick(
        orient="horizontal", size=34, thickness=2.5, color=VERMILION
    )
    noun = analysis.medium.kind
    title = f"Difficulty of single {noun}s: {analysis.study.name}"
    least, greatest = (int(table["trials"].min()), int(table["trials"].max())) if len(table) else (0, 0)
    caption = [
        f"{participants_in_words(analysis.recognition.participants, analysis.audience)}; "
        f"{least} to {greatest} answers per dot (one {noun} in one condition), hardest first.",
        f"Bar: median {noun}.",
    ]
    chart = alt.layer(*chance_line(analysis.recognition.chance), dots, bars.encode(x=x, y=y)).properties(
        title=titled(title, caption), width=width(len(analysis.conditions)), height=_HEIGHT
    )
    return draw(chart, title, f"Proportion correct of each {noun} in each condition.", table)
