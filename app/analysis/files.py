"""Everything that an analysis becomes as files: figures with the numbers behind them, and tables.

Each file is made from the least that it needs: counts, what was answered to what, or the trials one by one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.figures.confusion import confusion_figure
from app.analysis.figures.difficulty import difficulty_figure
from app.analysis.figures.figure import FORMATS, VEGA, Figure
from app.analysis.figures.flow import flow_figure
from app.analysis.figures.learning import learning_figure
from app.analysis.figures.networks import networks_figure
from app.analysis.figures.recognition import curve_figure
from app.analysis.figures.response_times import response_times_figure
from app.analysis.figures.timing import participants_table, timing_figure
from app.analysis.inference import contrasts, records_csv, stage_effects
from app.analysis.measures.confusion import response_entropy
from app.analysis.measures.neighbours import known_pronunciations
from app.analysis.measures.word_errors import neighbour_shares
from app.analysis.pages import pages_of_study, steps_of_study
from app.analysis.results import Answers, StudyAnalysis, Trials
from app.analysis.statistics.signal_detection import detection_table
from app.analysis.tables.codebook import trial_columns
from app.analysis.tables.csv_tables import CSV, frame_csv
from app.analysis.tables.steps import step_columns, survey_columns
from app.analysis.tables.written import columns_csv, steps_csv, surveys_csv, with_moments
from app.analysis.thresholds import files as thresholds_files
from app.core.errors import NotFound
from app.steps.step import StepKind
from app.tasks.task import Task
from synthesis.common.files import write_atomically
from synthesis.common.stopping import orderly


def trials_csv(trials: pd.DataFrame) -> bytes:
    """The tidy table of answered main trials; those that do not count say by which rule."""
    return frame_csv(with_moments(trials, "received_at"))


async def trials_csv_parts(session: AsyncSession, analysis: StudyAnalysis) -> AsyncIterator[bytes]:
    """What `trials_csv` makes of all trials, piece by piece: the whole table need not be held."""
    header = b""
    async for part in service.trial_parts(session, analysis):
        written = trials_csv(part)
        yield written.removeprefix(header)
        header = written[: written.index(b"\n") + 1]


def codebook_csv(task: Task, pages: Sequence[StepKind]) -> bytes:
    """What each column means of the tables of trials, of steps and of answers to surveys.

    Its last rows say how text is written, in CSV files and in others.
    """
    return columns_csv(
        {"trials": trial_columns(task), "steps": step_columns(pages), "surveys": survey_columns()}
    )


def recognition_figure(analysis: StudyAnalysis) -> Figure:
    """The curve of one network, or those of several."""
    return networks_figure(analysis) if analysis.layout.several else curve_figure(analysis)


CURVE_FIGURES: dict[str, Callable[[StudyAnalysis], Figure]] = {
    "recognition": recognition_figure,
    "exclusions": flow_figure,
    "timing": timing_figure,
}
ANSWER_FIGURES: dict[str, Callable[[Answers], Figure]] = {"confusion": confusion_figure}
TRIAL_FIGURES: dict[str, Callable[[Trials], Figure]] = {
    "response_times": response_times_figure,
    "learning": learning_figure,
    "difficulty": difficulty_figure,
}
CURVE_TABLES: dict[str, Callable[[StudyAnalysis], bytes]] = {
    "participants.csv": lambda analysis: frame_csv(participants_table(analysis)),
    "stage_effect.csv": lambda analysis: records_csv([one for _name, one in stage_effects(analysis)]),
    "codebook.csv": lambda analysis: codebook_csv(analysis.task, pages_of_study(analysis.study)),
}
NETWORK_TABLES: dict[str, Callable[[StudyAnalysis], bytes]] = {
    "network_contrasts.csv": lambda analysis: frame_csv(contrasts(analysis))
}
ANSWER_TABLES: dict[str, Callable[[Answers], bytes]] = {
    "entropy.csv": lambda answers: frame_csv(
        response_entropy(answers.confusion, answers.analysis.conditions)
    ),
    "detection.csv": lambda answers: frame_csv(
        detection_table(answers.confusion, answers.analysis.choices, answers.analysis.conditions)
    ),
}
WORD_TABLES: dict[str, Callable[[Answers], bytes]] = {
    "neighbours.csv": lambda answers: frame_csv(neighbours(answers))
}
TRIAL_TABLES: dict[str, Callable[[Trials], bytes]] = {"trials.csv": lambda trials: trials_csv(trials.table)}
STEP_TABLES: dict[str, Callable[[pd.DataFrame], bytes]] = {"steps.csv": steps_csv, "surveys.csv": surveys_csv}
FIGURES = (*CURVE_FIGURES, *ANSWER_FIGURES, *TRIAL_FIGURES)


def figure_names(task: Task) -> tuple[str, ...]:
    return thresholds_files.FIGURE_NAMES if task.adaptive else FIGURES


def answer_tables(task: Task) -> dict[str, Callable[[Answers], bytes]]:
    """Tables of what was answered to what; words have one more."""
    return ANSWER_TABLES | (WORD_TABLES if task.has_vocabulary else {})


def neighbours(answers: Answers) -> pd.DataFrame:
    """How many errors are phonological neighbours (`word_errors.neighbour_shares`)."""
    analysis = answers.analysis
    return neighbour_shares(answers.confusion, analysis.conditions, analysis.choices, known_pronunciations())


def curve_tables(*, several: bool = False) -> dict[str, Callable[[StudyAnalysis], bytes]]:
    """Tables that follow from counts; several networks have one more."""
    return CURVE_TABLES | (NETWORK_TABLES if several else {})


def table_names(task: Task, *, several: bool = False) -> tuple[str, ...]:
    if task.adaptive:
        return tuple(thresholds_files.TABLES)
    return (*curve_tables(several=several), *answer_tables(task), *TRIAL_TABLES, *STEP_TABLES)


def file_names(task: Task, *, several: bool = False) -> tuple[str, ...]:
    """Every file of an analysis of one network or `several`."""
    figures = (f"{name}.{suffix}" for name in figure_names(task) for suffix in FORMATS)
    return (*figures, *table_names(task, several=several))


async def figure_of(session: AsyncSession, analysis: StudyAnalysis, name: str) -> Figure:
    """One figure by name. Raises `NotFound`."""
    if make := CURVE_FIGURES.get(name):
        return await asyncio.to_thread(make, analysis)
    if make_answers := ANSWER_FIGURES.get(name):
        return await asyncio.to_thread(make_answers, await service.answers(session, analysis))
    if make_trials := TRIAL_FIGURES.get(name):
        return await asyncio.to_thread(make_trials, await service.trials(session, analysis))
    raise NotFound("unknown_figure", f"there is no figure {name!r}; there are {', '.join(FIGURES)}")


async def file_of(session: AsyncSession, analysis: StudyAnalysis, name: str) -> tuple[str, bytes]:
    """The media type and content of one file; a figure's `.vega.json` is for pages. Raises `NotFound`."""
    if analysis.adaptive:
        return await thresholds_files.file_of(session, analysis, name)
    if make := curve_tables(several=analysis.layout.several).get(name):
        return CSV, await asyncio.to_thread(make, analysis)
    if make_answers := answer_tables(analysis.task).get(name):
        return CSV, await asyncio.to_thread(make_answers, await service.answers(session, analysis))
    if make_trials := TRIAL_TABLES.get(name):
        return CSV, make_trials(await service.trials(session, analysis))
    if make_steps := STEP_TABLES.get(name):
        return CSV, make_steps(await steps_of_study(session, analysis.study, analysis.audience))
    stem, _, suffix = name.partition(".")
    made = VEGA if suffix == "vega.json" else FORMATS.get(suffix)
    if made is None or stem not in FIGURES:
        known = ", ".join(file_names(analysis.task, several=analysis.layout.several))
        raise NotFound("unknown_file", f"there is no file {name!r}; there are {known}")
    figure = await figure_of(session, analysis, stem)
    return made.media_type, await asyncio.to_thread(made.make, figure)


def all_files(answers: Answers, trials: Trials) -> Iterator[tuple[str, bytes]]:
    """Every file of an analysis with its name, one by one."""
    analysis = answers.analysis
    figures = {name: make(analysis) for name, make in CURVE_FIGURES.items()}
    figures |= {name: make_answers(answers) for name, make_answers in ANSWER_FIGURES.items()}
    figures |= {name: make_trials(trials) for name, make_trials in TRIAL_FIGURES.items()}
    for name, figure in figures.items():
        yield from figure_files(name, figure)
    yield from (
        (name, make(analysis)) for name, make in curve_tables(several=analysis.layout.several).items()
    )
    yield from ((name, make_answers(answers)) for name, make_answers in answer_tables(analysis.task).items())
    yield from ((name, make_trials(trials)) for name, make_trials in TRIAL_TABLES.items())
    yield from ((name, make_steps(trials.steps)) for name, make_steps in STEP_TABLES.items())


def figure_files(name: str, figure: Figure) -> Iterator[tuple[str, bytes]]:
    """A figure in every format, its numbers beside it."""
    for suffix, made in FORMATS.items():
        yield f"{name}.{suffix}", made.make(figure)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file atomically. Raises `StorageError` if the folder cannot be written."""
    with orderly():
        for name, content in files.items():
            write_atomically(folder / name, content)
