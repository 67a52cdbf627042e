"""A drawn figure, and the files that it becomes: drawing, print, and the numbers behind it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import vl_convert

from app.analysis.tables.csv_tables import CSV, frame_csv
from synthesis.common.charts import styled
from synthesis.common.vega_names import safe_names

PNG_SCALE = 3  # px per unit of the drawing: about 300 dpi at a width of 16 cm


@dataclass(frozen=True)
class Figure:
    """`alt` says in words what is seen; `data` is every number behind it.

    `spec` is the Vega-Lite specification, where there is one, for pages that let people point at things.
    """

    title: str
    alt: str
    data: pd.DataFrame
    svg: str
    spec: dict[str, Any] | None = None


def draw(chart: Any, title: str, alt: str, data: pd.DataFrame) -> Figure:
    """The figure of an Altair chart, in the house's style."""
    spec: dict[str, Any] = safe_names(styled(chart).to_dict())
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    # Vega numbers gradients over all drawings of the process; the same figure shall give the same bytes.
    return Figure(title, alt, data, re.sub(r"gradient_\d+", "gradient", svg), spec)


def to_pdf(figure: Figure) -> bytes:
    pdf: bytes = vl_convert.svg_to_pdf(figure.svg)
    return pdf


def to_png(figure: Figure) -> bytes:
    """PNG bytes on white."""
    png: bytes = vl_convert.svg_to_png(figure.svg, scale=PNG_SCALE)
    return png


@dataclass(frozen=True)
class Format:
    media_type: str
    make: Callable[[Figure], bytes]


FORMATS = {
    "svg": Format("image/svg+xml", lambda figure: figure.svg.encode()),
    "png": Format("image/png", to_png),
    "pdf": Format("application/pdf", to_pdf),
    "csv": Format(CSV, lambda figure: frame_csv(figure.data)),
}
VEGA = Format("application/json", lambda figure: json.dumps(vega_of(figure)).encode())


def vega_of(figure: Figure) -> dict[str, Any] | None:
    """The figure compiled to Vega, which needs no second compiler in the page; None if it is no chart."""
    if figure.spec is None:
        return None
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(figure.spec)
    return vega
