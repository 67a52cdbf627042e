"""`metamerlab analyze`"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.comparison import Comparison, compare, compared_files
from app.analysis.files import all_files, write_files
from app.analysis.inference import (
    LARGEST_FIT,
    Fitted,
    effect_in_words,
    mixed_model,
    mixed_model_csv,
    stage_effects,
    stopping,
    stopping_in_words,
)
from app.analysis.matrices.matrix import Record
from app.analysis.matrices.published import published_curve
from app.analysis.measures.observers import read_answers
from app.analysis.results import Answers, StudyAnalysis, Trials
from app.analysis.service import analyse, require_participants
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.service import thresholds
from app.analysis.thresholds.words import beside_in_words
from app.analysis.wording import participants_in_words, readable
from app.cli.analyze_thresholds import (
    OtherStudy,
    beside_files,
    beside_result,
    load_other,
    write_thresholds,
)
from app.cli.running import Json, reading, show
from app.core.errors import Invalid
from app.experiments.schemas import Audience

# What was answered, trial by trial, and which pictures the study may show.
Recognised = tuple[Answers, Trials, pd.DataFrame]
Loaded = tuple[Thresholds | Recognised, Beside | None]
_NOT_RECOGNITION = "measures thresholds: leave out --observers and --published, which are for recognition"
SLOW_FIT = 5_000  # trials from which fitting the mixed model takes seconds


def analyze(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the tables and the figure.")],
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    include_partial: Annotated[
        bool, typer.Option("--include-partial", help="Also count participants who did not finish.")
    ] = False,
    observers: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="A network's answers, by `python -m synthesis recognize`; repeat it."
        ),
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="The networks' decision rule: feather, geirhos ...")
    ] = None,
    published: Annotated[
        Path | None, typer.Option(metavar="CSV", help="A published participant matrix, to lay over.")
    ] = None,
    published_model: Annotated[str, typer.Option(metavar="MODEL", help="Whose metamers, in that file.")] = "",
    mixed_model_trials: Annotated[
        int, typer.Option(min=0, metavar="N", help="Fit the logistic mixed model to at most so many trials.")
    ] = LARGEST_FIT,
    beside: OtherStudy = None,
    as_json: Json = False,
) -> None:
    """Write recognition per condition or thresholds, other measures and all trials as tables and figures."""
    overlay = _overlay(published, published_model)
    networks = read_answers(observers, rule) if observers else None

    found, other = _from_database(study, audience, include_partial, beside)
    if isinstance(found, Thresholds):
        if overlay is not None or networks is not None:
            raise Invalid("not_recognition", f"{study} {_NOT_RECOGNITION}")
        write_thresholds(found, other, out, as_json=as_json)
        return
    answers, trials, shown = found
    compared = None if networks is None else compare(trials, networks, shown)
    fitted = _fitted(trials, mixed_model_trials)
    files = dict(all_files(answers, trials)) | {"mixed_model.csv": mixed_model_csv(fitted)}
    if compared is not None or overlay is not None:
        files |= dict(compared_files(answers.analysis, compared, overlay, published_model))
    files |= dict(beside_files(other))
    write_files(out, files)
    result, words = _told(answers.analysis, trials, compared, fitted)
    result |= {"files": [str(out / name) for name in files], **beside_result(other)}
    words += beside_in_words(other) if other else []
    words += [f"caveat: {caveat}" for caveat in trials.caveats]
    show(as_json, result, "\n".join([*words, f"Written to {out}: {', '.join(files)}"]))


def _told(
    analysis: StudyAnalysis, trials: Trials, compared: Comparison | None, fitted: Fitted
) -> tuple[dict[str, Any], list[str]]:
    """What is to be known of recognition, for a program and in words."""
    effects, stop_rule = stage_effects(analysis), stopping(analysis)
    result = _result(analysis, compared) | {
        **_effects(effects),
        "stopping": stop_rule and asdict(stop_rule),
        "mixed_model": asdict(fitted),
        "caveats": list(trials.caveats),
    }
    words = [_in_words(analysis), *_effects_in_words(effects)]
    words += [stopping_in_words(stop_rule, analysis.conditions)] if stop_rule else []
    words += [f"logistic mixed model: {fitted.note or 'in mixed_model.csv'}", *_networks_in_words(compared)]
    return result, words


def _overlay(published: Path | None, model: str) -> pd.DataFrame | None:
    """The published curve, with what is to be known of it said on stderr."""
    overlay = published_curve(published, model) if published else None
    if overlay is not None and overlay.attrs["note"]:
        typer.echo(f"note: {overlay.attrs['note']}", err=True)
    return overlay


def _from_database(study: str, audience: Audience, include_partial: bool, beside: str | None) -> Loaded:
    """Thresholds or recognition, and the study that is set beside them."""

    async def work(session: AsyncSession) -> Loaded:
        analysis = await analyse(session, study, audience, include_partial=include_partial)
        require_participants(analysis)
        other = await load_other(session, analysis, beside)
        if analysis.adaptive:
            return await thresholds(session, analysis), other
        shown = await service.shown_stimuli(session, analysis)
        found = await service.answers(session, analysis), await service.trials(session, analysis), shown
        return found, other

    return reading(work)


def _fitted(trials: Trials, largest: int) -> Fitted:
    count = len(trials.kept)
    if SLOW_FIT <= count <= largest:
        typer.echo(f"fitting the logistic mixed model to {count} trials ...", err=True)
    return mixed_model(trials, largest)


def _result(analysis: StudyAnalysis, compared: Comparison | None) -> dict[str, Any]:
    result = {
        "study": analysis.study.name,
        "audience": analysis.audience,
        **asdict(analysis.recognition),
        "without_exclusions": asdict(analysis.everyone),
        "flow": asdict(analysis.flow),
    }
    if compared is not None:
        result["observers"] = records(compared.curves)
        result["correlations"] = records(compared.correlations)
        result["consistency"] = records(compared.consistency)
        result["observer_by_stage"] = [asdict(effect) for effect in compared.effects]
        result["notes"] = list(compared.notes)
    return result


def _effects_in_words(effects: Sequence[tuple[str, Record]]) -> list[str]:
    return [f"effect of {name}: {effect_in_words(effect)}" for name, effect in effects]


def _effects(effects: Sequence[tuple[str, Record]]) -> dict[str, Any]:
    """One network's effect of stage, or all effects of several networks."""
    if len(effects) == 1:
        return {"stage_effect": asdict(effects[0][1])}
    return {"effects": [{"name": name, **asdict(effect)} for name, effect in effects]}


def _networks_in_words(compared: Comparison | None) -> list[str]:
    if compared is None:
        return []
    lines = [f"note: {note}" for note in compared.notes]
    for row in records(compared.correlations):
        numbers = f"Pearson {_number(row['pearson'])}, Spearman {_number(row['spearman'])}"
        lines.append(f"{row['observer']} and people over {row['n']} {row['over']}: {numbers} {row['note']}")
    lines += [f"{one.model}, {one.effect}: {effect_in_words(one)}" for one in compared.effects]
    for row in records(compared.consistency):
        kappa, size = _number(row["kappa"]), f"{row['people']} people"
        lines.append(
            f"{row['observer']}, kappa at {readable(row['condition'])}: {kappa}, {size} {row['note']}"
        )
    return [line.rstrip() for line in lines]


def _in_words(analysis: StudyAnalysis) -> str:
    curve = analysis.recognition
    wide = max(14, *(len(readable(name)) + 1 for name in analysis.conditions))
    lines = [
        f"{analysis.study.name}: {participants_in_words(curve.participants, analysis.audience)}, "
        f"{curve.trials} trials, chance {curve.chance:.4f}.",
        *_exclusions_in_words(analysis),
        f"{'condition':<{wide}}{'correct':>9}{'SEM':>8}{'N':>5}{'trials':>8}   without exclusions",
    ]
    for point, everyone in zip(curve.conditions, analysis.everyone.conditions, strict=True):
        numbers = f"{_number(point.proportion_correct):>9}{_number(point.sem):>8}"
        line = f"{readable(point.condition):<{wide}}{numbers}{point.participants:>5}{point.trials:>8}"
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
    return "-" if value is None else f"{value:z.3f}"
