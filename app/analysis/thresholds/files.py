"""What an analysis of thresholds becomes as files."""

import asyncio
from collections.abc import Callable, Iterator

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.figures.figure import FORMATS, VEGA, Figure
from app.analysis.figures.flow import flow_figure
from app.analysis.figures.timing import participants_table, timing_figure
from app.analysis.pages import pages_of_study
from app.analysis.results import StudyAnalysis
from app.analysis.tables.csv_tables import CSV, frame_csv
from app.analysis.tables.steps import step_columns, survey_columns
from app.analysis.tables.written import columns_csv, steps_csv, surveys_csv, with_moments
from app.analysis.thresholds.codebook import threshold_tables
from app.analysis.thresholds.figures.by_layer import by_layer_figure
from app.analysis.thresholds.figures.psychometric import psychometric_figure
from app.analysis.thresholds.figures.radar import radar_figure, radar_rms_figure
from app.analysis.thresholds.measured import Measured
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.service import thresholds
from app.core.errors import NotFound

# From counts alone, as of any study; then from the thresholds.
COUNT_FIGURES: dict[str, Callable[[StudyAnalysis], Figure]] = {
    "exclusions": flow_figure,
    "timing": timing_figure,
}
FIGURES: dict[str, Callable[[Measured], Figure]] = {
    "thresholds_by_layer": by_layer_figure,
    "psychometric": psychometric_figure,
    "radar": radar_figure,
    "radar_rms": radar_rms_figure,
}
FIGURE_NAMES = (*FIGURES, *COUNT_FIGURES)
TABLES: dict[str, Callable[[Thresholds], bytes]] = {
    "thresholds.csv": lambda found: frame_csv(found.measured.fits),
    "contrasts.csv": lambda found: frame_csv(found.measured.contrasts),
    "levels.csv": lambda found: frame_csv(found.measured.levels),
    "observers.csv": lambda found: frame_csv(found.measured.observers),
    "abx_trials.csv": lambda found: abx_trials_csv(found),
    "participants.csv": lambda found: frame_csv(participants_table(found.analysis)),
    "steps.csv": lambda found: steps_csv(found.steps),
    "surveys.csv": lambda found: surveys_csv(found.steps),
    "codebook.csv": lambda found: codebook_csv(found.analysis),
}


def abx_trials_csv(found: Thresholds) -> bytes:
    """Every trial that was given out, with the level asked and the level shown."""
    return frame_csv(with_moments(found.measured.trials, "issued_at", "received_at"))


def codebook_csv(analysis: StudyAnalysis) -> bytes:
    pages = pages_of_study(analysis.study)
    more = {"steps": step_columns(pages), "surveys": survey_columns()}
    return columns_csv({**threshold_tables(analysis.task), **more})


def file_names() -> tuple[str, ...]:
    return (*(f"{name}.{suffix}" for name in FIGURE_NAMES for suffix in FORMATS), *TABLES)


def figure_of(found: Thresholds, name: str) -> Figure:
    """One figure by name. Raises `NotFound`."""
    if make := COUNT_FIGURES.get(name):
        return make(found.analysis)
    if make_measured := FIGURES.get(name):
        return make_measured(found.measured)
    raise NotFound("unknown_figure", f"there is no figure {name!r}; there are {', '.join(FIGURE_NAMES)}")


async def file_of(session: AsyncSession, analysis: StudyAnalysis, name: str) -> tuple[str, bytes]:
    """The media type and content of one file; a figure's `.vega.json` is for pages. Raises `NotFound`."""
    stem, _, suffix = name.partition(".")
    made = VEGA if suffix == "vega.json" else FORMATS.get(suffix)
    if name not in TABLES and (made is None or stem not in FIGURE_NAMES):
        raise NotFound("unknown_file", f"there is no file {name!r}; there are {', '.join(file_names())}")
    found = await thresholds(session, analysis)
    if make := TABLES.get(name):
        return CSV, await asyncio.to_thread(make, found)
    figure = await asyncio.to_thread(figure_of, found, stem)
    assert made is not None
    return made.media_type, await asyncio.to_thread(made.make, figure)


def all_files(found: Thresholds) -> Iterator[tuple[str, bytes]]:
    """Every file with its name, one by one."""
    for name in FIGURE_NAMES:
        figure = figure_of(found, name)
        yield from ((f"{name}.{suffix}", made.make(figure)) for suffix, made in FORMATS.items())
    yield from ((name, make(found)) for name, make in TABLES.items())
