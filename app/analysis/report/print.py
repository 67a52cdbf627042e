"""The report as PDF, set by Typst: one wheel without system packages; the figures stay vectors."""

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from app.analysis.figures.figure import to_pdf
from app.analysis.report.content import Report
from app.analysis.report.parts import Section
from app.core.resources import resource_folder
from synthesis.common.stopping import orderly

TEMPLATE = resource_folder("templates") / "report" / "report.typ"


def to_print(report: Report) -> bytes:
    """The PDF, tagged for screen readers. All texts go in as data, so none of them is read as markup."""
    with orderly(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / "report.typ")
        sections = [_section(section, number, folder) for number, section in enumerate(report.sections)]
        content = {"title": report.title, "subtitle": report.subtitle, "sections": sections}
        (folder / "report.json").write_text(json.dumps(content))
        pdf: bytes = typst.compile(folder / "report.typ", root=folder, ignore_system_fonts=True)
    return pdf


def _section(section: Section, number: int, folder: Path) -> dict[str, Any]:
    figures = []
    for place, figure in enumerate(section.figures):
        name = f"figure-{number}-{place}.pdf"
        (folder / name).write_bytes(to_pdf(figure))
        figures.append({"file": name, "alt": figure.alt})
    tables = [asdict(table) for table in section.tables]
    return {"title": section.title, "paragraphs": section.paragraphs, "tables": tables, "figures": figures}
