"""The report as one HTML file that needs nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from app.analysis.figures.figure import Figure
from app.analysis.report.content import Report
from app.analysis.report.parts import Section
from app.core.resources import resource_folder
from app.web.templating import PageContext, Templates


@dataclass(frozen=True)
class ReportContext(PageContext):
    template: ClassVar[str] = "report/report.html"

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    drawings: dict[str, Markup]


def to_html(report: Report) -> bytes:
    """The page in UTF-8, its figures inside as SVG."""
    figures = [figure for section in report.sections for figure in section.figures]
    drawings = {figure.title: _inline(figure) for figure in figures}
    templates = Templates(resource_folder("templates"))
    context = ReportContext(report.title, report.subtitle, report.sections, drawings)
    return templates.render(context, csp_nonce="report").encode()


def _inline(figure: Figure) -> Markup:
    """Our own drawing, whose texts were escaped when it was made."""
    return Markup(figure.svg)  # noqa: S704
