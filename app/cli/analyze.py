"""`metamerlab analyze`"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.export import all_files, write_files
from app.analysis.service import StudyAnalysis, Trials, analyse, require_participants
from app.analysis.words import participants_in_words, readable
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
    """Write recognition per condition and the other measures as tables and figures, and all trials."""

    async def work(session: AsyncSession) -> tuple[service.Answers, Trials]:
        analysis = await analyse(session, study, kind, include_partial=include_partial)
        require_participants(analysis)
        return await service.answers(session, analysis), await service.trials(session, analysis)

    answers, trials = reading(work)
    analysis = answers.analysis
    files = dict(all_files(answers, trials))
    write_files(out, files)
    paths = [str(out / name) for name in files]
    result = {
        "study": study,
        "kind": kind,
        **asdict(analysis.recognition),
        "without_exclusions": asdict(analysis.everyone),
        "flow": asdict(analysis.flow),
        "files": paths,
    }
    show(as_json, result, f"{_in_words(analysis)}\nWritten to {out}: {', '.join(files)}")


def _in_words(analysis: StudyAnalysis) -> str:
    curve = analysis.recognition
    lines = [
        f"{analysis.study.name}: {participants_in_words(curve.participants, analysis.kind)}, "
        f"{curve.trials} trials, chance {curve.chance:.4f}.",
        *_exclusions_in_words(analysis),
        f"{'condition':<14}{'correct':>9}{'SEM':>8}{'N':>5}{'trials':>8}   without exclusions",
    ]
    for point, everyone in zip(curve.conditions, analysis.everyone.conditions, strict=True):
        numbers = f"{_number(point.proportion_correct):>9}{_number(point.sem):>8}"
        line = f"{readable(point.condition):<14}{numbers}{point.participants:>5}{point.trials:>8}"
        other = (
            f"{_number(everyone.proportion_correct):>9}{_number(everyone.sem):>8}{everyone.participants:>5}"
        )
        lines.append(f"{line}{other}  {point.note}".rstrip())
    return "\n".join(lines)


def _exclusions_in_words(analysis: StudyAnalysis) -> list[str]:
    flow = analysis.flow
    lines = [f"{flow.consented} consented"]
    lines += [f"  {step.excluded} left out: {step.label}; {step.remaining} remain" for step in flow.steps]
    lines += [
        f"  {step.excluded} trials dropped: {step.label}; {step.remaining} remain"
        for step in flow.trial_steps
    ]
    return lines


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
