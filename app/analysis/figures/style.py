"""One look for all figures: fonts, colours, and what stands above the plot."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from app.core.version import code_version

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first is built into vl-convert
INK = "#1f2933"
MUTED = "#5b6770"
GRID = "#e4e7eb"
# Okabe and Ito's colour-blind safe palette; shape or dash tells series apart as well.
BLUE, VERMILION, GREEN, PURPLE, SKY, ORANGE = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"


def titled(text: str, lines: Sequence[str]) -> alt.TitleParams:
    """The title, lines of caption below it, and the version of the code as the last of them."""
    return alt.TitleParams(text=text, subtitle=[*lines, f"metamerlab {code_version()}"])


def styled(chart: Any) -> Any:
    """The chart on white, with the house's fonts and axes."""
    return (
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
            gridColor=GRID,
        )
        .configure_legend(labelColor=INK, titleColor=INK, labelFontSize=12, titleFontSize=12)
        .configure_header(labelColor=INK, titleColor=INK, labelFontSize=12, titleFontSize=13)
        .configure_view(stroke=None)
    )
