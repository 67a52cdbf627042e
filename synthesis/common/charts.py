"""How this project's charts look, and how they become files: Altair builds them, vl-convert draws them."""

from pathlib import Path

import altair as alt
import vl_convert
from upath import UPath

from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.vega_names import safe_names

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.ConcatChart | alt.HConcatChart | alt.VConcatChart

PNG_SCALE = 3  # px per unit of the drawing: about 300 dpi at a width of 16 cm
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first is built into vl-convert
INK = "#1f2933"
MUTED = "#5b6770"
GRID = "#e4e7eb"
NULL_COLOUR = "#9aa5b1"
# Okabe and Ito's colour-blind safe palette, in the order of use; shape or dash tells curves apart as well.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, "#000000")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke")


def save_chart(chart: Chart, path: Path | UPath) -> None:
    """Write the chart as its suffix says. Raises `UserError` for one that is not .svg or .png."""
    if path.suffix == ".svg":
        write_atomically(path, to_svg(chart).encode())
    elif path.suffix == ".png":
        write_atomically(path, to_png(chart))
    else:
        raise UserError(f"{path}: figures are written as .svg or .png; give a file of that name")


def to_svg(chart: Chart) -> str:
    """SVG text. Gradients are numbered as they are drawn, so two drawings may differ in their names."""
    svg: str = vl_convert.vegalite_to_svg(safe_names(styled(chart).to_dict()), allowed_base_urls=[])
    return svg


def to_png(chart: Chart) -> bytes:
    """PNG bytes on white; the same chart gives the same bytes."""
    png: bytes = vl_convert.vegalite_to_png(
        safe_names(styled(chart).to_dict()), scale=PNG_SCALE, allowed_base_urls=[]
    )
    return png


def styled(chart: Chart) -> Chart:
    """The chart with the project's type, colours and lines."""
    whole: Chart = (
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
        .configure_legend(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=INK,
            labelLimit=0,
        )
        .configure_header(labelFontSize=13, labelColor=INK, titleColor=INK, titleFontWeight="normal")
        .configure_view(stroke=None)
    )
    return whole
