"""`metamerlab analyze` of a study of thresholds, and two studies beside each other."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.figures.figure import FORMATS
from app.analysis.files import write_files
from app.analysis.results import StudyAnalysis
from app.analysis.service import analyse, require_participants
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.figures.beside import beside_figure
from app.analysis.thresholds.files import all_files
from app.analysis.thresholds.pairing import load_beside
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.words import beside_in_words, in_words
from app.cli.running import show

OtherStudy = Annotated[
    str | None,
    typer.Option(
        "--beside",
        metavar="STUDY",
        help="A study of thresholds beside one of metamers, or the reverse: same network and layers.",
    ),
]


async def load_other(session: AsyncSession, analysis: StudyAnalysis, other: str | None) -> Beside | None:
    """The study that is set beside the analysed one, of the same audience; None if none is asked for."""
    if other is None:
        return None
    found = await analyse(session, other, analysis.audience)
    require_participants(found)
    return await load_beside(session, analysis, found)


def beside_files(found: Beside | None) -> Iterator[tuple[str, bytes]]:
    """The figure in every format; its numbers are beside.csv."""
    if found is not None:
        figure = beside_figure(found)
        yield from ((f"beside.{suffix}", made.make(figure)) for suffix, made in FORMATS.items())


def beside_result(found: Beside | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {"beside": records(found.table), "beside_notes": list(found.notes)}


def write_thresholds(found: Thresholds, other: Beside | None, out: Path, *, as_json: bool) -> None:
    """All files of the study, and what is to be known of it in words or as JSON."""
    measured, flow = found.measured, found.analysis.flow
    files = dict(all_files(found)) | dict(beside_files(other))
    write_files(out, files)
    result = {
        "study": measured.study,
        "audience": measured.audience,
        "participants": measured.participants,
        "trials": measured.trials_counted,
        "thresholds": records(measured.groups),
        "contrasts": records(measured.contrasts),
        "observers": records(measured.observers),
        "flow": asdict(flow),
        "caveats": list(found.caveats),
        "files": [str(out / name) for name in files],
        **beside_result(other),
    }
    words = in_words(measured)
    words[1:1] = [
        f"{flow.consented} consented",
        *(f"  {step.excluded} left out: {step.label}; {step.remaining} remain" for step in flow.steps),
    ]
    words += beside_in_words(other) if other else []
    words += [f"caveat: {caveat}" for caveat in found.caveats]
    show(as_json, result, "\n".join([*words, f"Written to {out}: {', '.join(files)}"]))
