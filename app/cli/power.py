"""`metamerlab power`"""

from dataclasses import asdict
from typing import Annotated

import numpy as np
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.results import StudyAnalysis
from app.analysis.service import analyse, require_participants
from app.analysis.statistics.power import Design, Power, design_of, participants_needed
from app.cli.running import Json, reading, show
from app.core.errors import BadRequest
from app.experiments.schemas import Audience


def power(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY]", help="Take accuracies, trials and SD from its answers.")
    ] = None,
    sem: Annotated[float, typer.Option(help="The SEM wanted in every condition.")] = 0.02,
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "pilot",
    accuracy: Annotated[
        list[float] | None, typer.Option(help="Expected accuracy of a condition; repeat it.")
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Trials per participant and condition.")] = None,
    sd: Annotated[float | None, typer.Option(help="SD over participants of their true accuracies.")] = None,
    assurance: Annotated[float, typer.Option(help="Share of studies that must reach the SEM.")] = 0.8,
    largest: Annotated[int, typer.Option(min=2, help="Look no further than so many participants.")] = 200,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Json = False,
) -> None:
    """How many participants give the wanted SEM in every condition, by simulating studies.

    Give a STUDY with pilot answers, or --accuracy (repeated), --trials and --sd; with both, what is given
    replaces what the study's answers say.
    """
    design = _with_given(None if study is None else _of_study(study, audience), accuracy, trials, sd)
    try:
        found = participants_needed(
            design.accuracies,
            design.trials_per_condition,
            design.participant_sd,
            sem,
            assurance=assurance,
            largest=largest,
            seed=seed,
        )
    except ValueError as error:
        raise BadRequest("power", str(error)) from None
    show(as_json, {**asdict(design), **asdict(found), "assurance": assurance}, _in_words(design, found))


def _of_study(study: str, audience: Audience) -> Design:
    async def work(session: AsyncSession) -> StudyAnalysis:
        return await analyse(session, study, audience)

    analysis = reading(work)
    require_participants(analysis)
    shape = {"index": "participant_id", "columns": "condition"}
    counts, right = (
        analysis.kept.pivot(**shape, values=values).reindex(columns=list(analysis.conditions)).fillna(0)
        for values in ("trials", "correct")
    )
    try:
        return design_of(np.asarray(counts), np.asarray(right))
    except ValueError as error:
        raise BadRequest("power", f"{study}: {error}; give --accuracy, --trials and --sd instead") from None


def _with_given(
    known: Design | None, accuracy: list[float] | None, trials: int | None, sd: float | None
) -> Design:
    if known is None:
        options = (("--accuracy", accuracy), ("--trials", trials), ("--sd", sd))
        if missing := [name for name, value in options if value in (None, [])]:
            raise BadRequest("power", f"without a STUDY, {', '.join(missing)} must be given")
    return Design(
        accuracies=tuple(accuracy) if accuracy else known.accuracies if known else (),
        trials_per_condition=trials or (known.trials_per_condition if known else 1),
        participant_sd=sd if sd is not None else known.participant_sd if known else 0.0,
    )


def _in_words(design: Design, found: Power) -> str:
    means = ", ".join(f"{mean:.3f}" for mean in design.accuracies)
    sems = ", ".join(f"{sem:.4f}" for sem in found.sem_by_condition)
    needed = (
        f"{found.participants} participants: SEM at most {found.target_sem:g} in every condition in "
        f"{found.share:.0%} of {found.studies} simulated studies."
        if found.participants
        else f"{found.note}: {found.share:.0%} of {found.studies} studies reach {found.target_sem:g}."
    )
    return (
        f"Accuracies {means}; {design.trials_per_condition} trials per condition; SD over participants "
        f"{design.participant_sd:.3f}.\n{needed}\nSEM by condition with these: {sems}"
    )
