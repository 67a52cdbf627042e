"""What a report says, before it is set: texts, tables and figures."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.comparison import Comparison, compare
from app.analysis.figures.flow import flow_table
from app.analysis.files import ANSWER_FIGURES, CURVE_FIGURES, TRIAL_FIGURES, neighbours
from app.analysis.measures.confusion import LARGEST_MATRIX, response_entropy
from app.analysis.measures.neighbours import NO_DICTIONARY, known_pronunciations
from app.analysis.measures.response_times import response_times
from app.analysis.report import methods, thresholds_methods
from app.analysis.report.parts import MISSING, Section, Table, digits
from app.analysis.report.statistics import detection_rows, networks_section, statistics_section
from app.analysis.report.thresholds import beside_section, exclusions_section, result_sections
from app.analysis.results import Answers, Quality, StudyAnalysis, Trials
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.service import thresholds
from app.analysis.wording import participants_in_words, readable
from app.core.version import code_version
from app.experiments.service import NetworkBundle, definition_of
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError

LIBRARIES = ("numpy", "pandas", "scipy", "altair", "vl-convert-python", "sqlalchemy", "typst")


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    sections: tuple[Section, ...]


async def load(
    session: AsyncSession,
    analysis: StudyAnalysis,
    networks: pd.DataFrame | None = None,
    other: Beside | None = None,
) -> Report:
    """The report of an analysis, from the database, beside `networks` (`observers.read_answers`) if given,
    and beside another study of the same network.
    """
    if analysis.adaptive:
        found, quality = await thresholds(session, analysis), await service.quality(session, analysis)
        return await asyncio.to_thread(thresholds_report, found, quality, other)
    answers, trials = await service.answers(session, analysis), await service.trials(session, analysis)
    quality, shown = await service.quality(session, analysis), await service.shown_stimuli(session, analysis)
    compared = None if networks is None else await asyncio.to_thread(compare, trials, networks, shown)
    return await asyncio.to_thread(report_of, answers, trials, quality, compared, other)


def report_of(
    answers: Answers,
    trials: Trials,
    quality: Quality,
    compared: Comparison | None = None,
    other: Beside | None = None,
) -> Report:
    """The report of one audience of a study."""
    analysis = answers.analysis
    return Report(
        title=definition_of(analysis.study).title,
        subtitle=_subtitle(analysis, analysis.recognition.participants),
        sections=(
            Section("Methods", tuple(_methods(analysis, quality))),
            Section(
                "Recognition",
                tables=(_recognition(analysis),),
                figures=(CURVE_FIGURES["recognition"](analysis),),
            ),
            Section(
                "Exclusions", tables=(_flow(analysis),), figures=(CURVE_FIGURES["exclusions"](analysis),)
            ),
            *([Section("Caveats", trials.caveats)] if trials.caveats else []),
            statistics_section(trials),
            *([] if compared is None else [networks_section(analysis, compared)]),
            *([] if other is None else [beside_section(other)]),
            Section(
                "Answers",
                tables=tuple(_answers(answers)),
                figures=(ANSWER_FIGURES["confusion"](answers),),
            ),
            Section(
                f"Response times, course of the session, single {analysis.medium.kind}s",
                tables=(_response_times(trials),),
                figures=tuple(make(trials) for make in TRIAL_FIGURES.values()),
            ),
            Section("Timing and attention", figures=(CURVE_FIGURES["timing"](analysis),)),
            Section("Software", tables=(_software(),)),
        ),
    )


def thresholds_report(found: Thresholds, quality: Quality, other: Beside | None = None) -> Report:
    """The report of one audience of a study of thresholds."""
    analysis = found.analysis
    return Report(
        title=definition_of(analysis.study).title,
        subtitle=_subtitle(analysis, found.measured.participants),
        sections=(
            Section("Methods", (*_not_live(analysis), *thresholds_methods.methods(found, quality))),
            *result_sections(found),
            *([] if other is None else [beside_section(other)]),
            exclusions_section(found, _flow(analysis)),
            Section("Software", tables=(_software(),)),
        ),
    )


def _subtitle(analysis: StudyAnalysis, participants: int) -> str:
    study = analysis.study
    when = f", opened {study.opened_at:%Y-%m-%d}" if study.opened_at else ""
    who = participants_in_words(participants, analysis.audience)
    return f"Study {study.name} ({study.status}{when}); {who}"


def _not_live(analysis: StudyAnalysis) -> Iterator[str]:
    if analysis.audience != "live":
        yield (
            f"The participants of this report are {analysis.audience}; it holds no data of the study itself."
        )


def _methods(analysis: StudyAnalysis, quality: Quality) -> Iterator[str]:
    yield from _not_live(analysis)
    for made, network in zip(analysis.bundles, analysis.layout.networks, strict=True):
        try:
            # A remote bundle's path is its address.
            manifest = BundleStore(made.bundle.path).read_manifest()
            yield from methods.stimuli(manifest, network, named=analysis.layout.named)
        except BundleError:  # its message names a folder of this machine, which a report should not
            yield (
                f"How the stimuli{_of(made, analysis)} were made is not described here, since their bundle "
                "could not be read."
            )
    if analysis.layout.several:
        yield methods.shared_stimuli(len(analysis.bundles), analysis.medium, analysis.study.picture_px)
    people = analysis.flow.analysed
    mean = analysis.flow.trials_before / people if people else None
    yield methods.procedure(definition_of(analysis.study), mean, len(analysis.choices))
    if mean is not None:
        yield methods.course(definition_of(analysis.study), mean)
    yield methods.measured(quality, analysis.medium)
    yield methods.exclusions(analysis.flow, analysis.audience)
    yield methods.analysis(analysis.recognition)


def _of(made: NetworkBundle, analysis: StudyAnalysis) -> str:
    return f" of {made.network}" if analysis.layout.named else ""


def _recognition(analysis: StudyAnalysis) -> Table:
    rows = [
        (
            readable(point.condition),
            digits(point.proportion_correct),
            digits(point.sem),
            digits(point.sem_ddof0),
            digits(point.sem_within),
            MISSING if point.ci_low is None else f"{digits(point.ci_low)} to {digits(point.ci_high)}",
            str(point.participants),
            str(point.trials),
            digits(everyone.proportion_correct),
            digits(everyone.sem),
            str(everyone.participants),
        )
        for point, everyone in zip(analysis.recognition.conditions, analysis.everyone.conditions, strict=True)
    ]
    header = ("Condition", "Correct", "SEM", "SEM, ddof 0", "SEM, within", "95 % interval", "N", "Trials")
    notes = [
        f"{readable(point.condition)}: {point.note}."
        for point in analysis.recognition.conditions
        if point.note
    ]
    note = " ".join(["All: without exclusions.", *notes])
    return Table("Proportion correct", (*header, "Correct, all", "SEM, all", "N, all"), tuple(rows), note)


def _flow(analysis: StudyAnalysis) -> Table:
    table = flow_table(analysis.flow)
    rows = [(row["rule"], row["unit"], str(row["left_out"]), str(row["remaining"])) for row in records(table)]
    return Table("Gates in order", ("Gate", "Counted", "Left out", "Remaining"), tuple(rows))


def _answers(answers: Answers) -> Iterator[Table]:
    """Sensitivity to each category where these are few; of words, how near the errors were."""
    yield _entropy(answers)
    if len(answers.analysis.choices) <= LARGEST_MATRIX:
        yield detection_rows(answers)
    if answers.analysis.task.has_vocabulary:
        yield _neighbours(answers)


def _neighbours(answers: Answers) -> Table:
    rows = [
        (
            readable(row["condition"]),
            str(row["errors"]),
            str(row["judged"]),
            str(row["neighbours"]),
            digits(row["share"]),
            digits(row["share_by_chance"]),
        )
        for row in records(neighbours(answers))
    ]
    note = (
        "A neighbour differs from the word by one phoneme at most (CMU Pronouncing Dictionary, without "
        "stress). By chance: of answers drawn evenly from the other words. Judged: both words are in the "
        "dictionary."
    )
    header = ("Condition", "Errors", "Judged", "Neighbours", "Share", "By chance")
    found = note if known_pronunciations() else f"Not judged: {NO_DICTIONARY}."
    return Table("Errors that are phonological neighbours of the word", header, tuple(rows), found)


def _entropy(answers: Answers) -> Table:
    rows = [
        (
            readable(row["condition"]),
            digits(row["entropy_bits"], 2),
            digits(row["entropy_given_category_bits"], 2),
            str(row["trials"]),
        )
        for row in records(response_entropy(answers.confusion, answers.analysis.conditions))
    ]
    note = "Plug-in estimates, too low with few trials."
    return Table(
        "Response entropy (bits)",
        ("Condition", "All answers", "Within a category", "Trials"),
        tuple(rows),
        note,
    )


def _response_times(trials: Trials) -> Table:
    rows = [
        (
            readable(row["condition"]),
            row["answers"],
            digits(row["mean"], 0),
            digits(row["sem"], 0),
            str(row["n"]),
        )
        for row in records(response_times(trials.kept, trials.analysis.conditions))
    ]
    header = ("Condition", "Answers", "Response time (ms)", "SEM", "N")
    return Table("Mean over participants of median response times", header, tuple(rows))


def _software() -> Table:
    rows = [("metamerlab", code_version()), ("Python", python_version())]
    rows += [(name, version(name)) for name in LIBRARIES]
    return Table("Versions", ("Software", "Version"), tuple(rows))
