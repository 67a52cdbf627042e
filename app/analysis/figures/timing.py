"""Quality of the data: each participant's share of trials that were off time or unattended."""

from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.results import StudyAnalysis
from app.analysis.wording import plural
from synthesis.common.charts import BLUE, MUTED, VERMILION

Panel = alt.LayerChart | alt.FacetChart  # Altair's own type of layered charts
_WIDTH, _HEIGHT = 260, 200
AWAY = "Page without focus or hidden"


def timing_figure(analysis: StudyAnalysis) -> Figure:
    """Two panels; in each, participants sorted by their share, and the limit where the study declares one."""
    table = participants_table(analysis)
    off = f"{analysis.medium.kind} {analysis.medium.off_time}".capitalize()
    title = f"Timing and attention: {analysis.study.name}"
    caption = [
        f"{plural(len(table), 'participant')} who answered, those left out included. "
        "One dot each, from least to most affected.",
    ]
    chart = alt.hconcat(
        _panel(table, "untimely", "timed", off, analysis.rules.bad_timing_above),
        _panel(table, "unattended", "watched", AWAY, analysis.rules.unattended_above),
        spacing=40,
    ).properties(title=titled(title, caption))
    return draw(chart, title, "Share of trials off time and unattended, by participant.", table)


def participants_table(analysis: StudyAnalysis) -> pd.DataFrame:
    """One row per participant who answered: counts of trials, and at which gate and why one was left out."""
    counts = ["trials", "correct", "kept", "kept_correct", "paced"]
    counts += ["timed", "untimely", "watched", "unattended"]
    rows = analysis.scores.groupby("participant_id").agg(
        {"completed": "first", **dict.fromkeys(counts, "sum")}
    )
    reasons = {one.participant_id: one.reason for one in analysis.flow.exclusions}
    table = rows.reset_index()
    gate_of = analysis.flow.gate_of
    table["flags"] = [" ".join(analysis.flags.get(who, ())) for who in table["participant_id"]]
    table["left_out_by"] = [gate_of.get(who, "") for who in table["participant_id"]]
    table["reason"] = [reasons.get(who, "") for who in table["participant_id"]]
    return table


def _panel(table: pd.DataFrame, count: str, of: str, title: str, limit: float | None) -> Panel:
    known = table[table[of] > 0]
    shares = (known[count] / known[of]).rename("share")
    dots = known.assign(share=shares).sort_values(["share", "participant_id"], ignore_index=True)
    values: list[dict[str, Any]] = [
        {
            "rank": number + 1,
            "share": row["share"],
            "participant": row["participant_id"],
            "left_out": "left out" if row["left_out_by"] else "counts",
        }
        for number, row in enumerate(dots.to_dict("records"))
    ]
    y = alt.Y(
        "share:Q",
        title="Share of trials",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(
            domain=[0, max(0.05, shares.max() if len(shares) else 0, (limit or 0) * 1.2)], nice=True
        ),
    )
    domain = ["counts", "left out"]
    marks = (
        alt.Chart(alt.InlineData(values=values))
        .mark_point(filled=True, opacity=0.85, size=45)
        .encode(
            x=alt.X(
                "rank:Q",
                title="Participants",
                scale=alt.Scale(domain=[0, len(values) + 1], nice=False),
                axis=alt.Axis(grid=False, format="d", tickMinStep=1),
            ),
            y=y,
            color=alt.Color(
                "left_out:N", title=None, scale=alt.Scale(domain=domain, range=[BLUE, VERMILION])
            ),
            shape=alt.Shape(
                "left_out:N", title=None, scale=alt.Scale(domain=domain, range=["circle", "cross"])
            ),
            tooltip=["participant:Q", alt.Tooltip("share:Q", format=".1%"), "left_out:N"],
        )
    )
    layers = [marks] if limit is None else [*_limit_line(limit, y), marks]
    heading = alt.TitleParams(text=title, fontSize=13, fontWeight=600, offset=8)
    return alt.layer(*layers).properties(title=heading, width=_WIDTH, height=_HEIGHT)


def _limit_line(limit: float, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    rule = alt.Chart(alt.InlineData(values=[{"share": limit, "text": f"limit {limit:.0%}"}]))
    label = rule.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color=MUTED)
    return (
        rule.mark_rule(color=MUTED, strokeDash=[5, 4]).encode(y=y),
        label.encode(x=alt.value(0), y=y, text="text:N"),
    )
