"""What the figures of thresholds share: logarithmic axes and colours of layers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from app.analysis.figures.figure import Figure, draw
from app.analysis.figures.style import titled
from app.analysis.thresholds.dimensions import UNITS
from app.analysis.thresholds.measured import Measured
from synthesis.common.charts import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILION

Panel = alt.LayerChart | alt.FacetChart  # Altair's own type of layered charts
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_STEPS = (1, 2, 5)


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of 10 between two values above 0; powers of 10 alone where these are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [step * 10.0**power for power in powers for step in _STEPS]
    inside = [round(tick, 12) for tick in fine if low <= tick * (1 + 1e-9) and tick <= high * (1 + 1e-9)]
    if len(inside) <= 8:
        return inside
    return [tick for tick in inside if math.isclose(math.log10(tick) % 1, 0, abs_tol=1e-9)]


def log_domain(values: Iterable[float], margin: float = 1.15) -> tuple[float, float]:
    """The least and the largest value above 0, with a margin as a factor; 0.1 to 10 without any."""
    known = [value for value in values if math.isfinite(value) and value > 0]
    return (min(known) / margin, max(known) * margin) if known else (0.1, 10.0)


def log_x(field: str, title: str, domain: tuple[float, float], **axis: Any) -> alt.X:
    """A logarithmic x channel with ticks at 1, 2 and 5 times powers of 10."""
    ticks = alt.Axis(title=title, values=log_ticks(*domain), format="~g", labelOverlap=False, **axis)
    return alt.X(field, axis=ticks, scale=alt.Scale(type="log", domain=list(domain), nice=False))


def unit_title(what: str, unit: str) -> str:
    """`Threshold (standard deviations)`."""
    return f"{what} ({UNITS[unit]})"


def colour_of(groups: Sequence[str]) -> dict[str, str]:
    """One colour per layer; they start again beyond six."""
    return {group: COLOURS[number % len(COLOURS)] for number, group in enumerate(groups)}


def without_data(title: str, measured: Measured, why: str, data: pd.DataFrame) -> Figure:
    """A figure that says why there is nothing to be seen."""
    blank = alt.Chart(alt.InlineData(values=[{"text": why}])).mark_text(
        color=MUTED, fontSize=13, align="left"
    )
    chart = blank.encode(x=alt.value(0), y=alt.value(20), text="text:N").properties(
        width=480, height=40, title=titled(title, [f"{measured.in_words}."])
    )
    return draw(chart, title, why, data)
