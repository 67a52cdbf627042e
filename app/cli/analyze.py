"""`metamerlab analyze`"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.export import FILES, write_files
from app.analysis.figures import participants_in_words, readable
from app.analysis.service import StudyAnalysis, analyse, require_participants
from app.cli.running import Json, reading, show
from app.experiments.schemas import Kind


def analyze(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the tables and the figure.")],
    kind: Annotated[Kind, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    include_partial: Annotated[
        bool, typer.Option("--include-partial", help="Also count participants who did not finish.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write recognition per condition as tables and as a figure, and all trials with a codebook."""

    async def work(session: AsyncSession) -> StudyAnalysis:
        return await analyse(session, study, kind, include_partial=include_partial)

    analysis = reading(work)
    require_participants(analysis)
    write_files(out, {name: file.make(analysis) for name, file in FILES.items()})
    files = [str(out / name) for name in FILES]
    result = {"study": study, "kind": kind, **asdict(analysis.recognition), "files": files}
    show(as_json, result, f"{_in_words(analysis)}\nWritten: {', '.join(files)}")


def _in_words(analysis: StudyAnalysis) -> str:
    curve = analysis.recognition
    lines = [
        f"{analysis.study.name}: {participants_in_words(curve.participants, analysis.kind)}, "
        f"{curve.trials} trials, chance {curve.chance:.4f}.",
        f"{'condition':<14}{'correct':>9}{'SEM':>8}{'N':>5}{'trials':>8}",
    ]
    for point in curve.conditions:
        numbers = f"{_number(point.proportion_correct):>9}{_number(point.sem):>8}"
        line = f"{readable(point.condition):<14}{numbers}{point.participants:>5}{point.trials:>8}"
        lines.append(f"{line}  {point.note}".rstrip())
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
