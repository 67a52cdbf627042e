"""The sections of the report of an adaptive study."""

from collections.abc import Iterator
from typing import Any

from app.analysis.figures.flow import flow_figure
from app.analysis.figures.timing import timing_figure
from app.analysis.report.parts import MISSING, Section, Table, digits
from app.analysis.tables.csv_tables import records
from app.analysis.thresholds import words
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.figures.beside import beside_figure
from app.analysis.thresholds.figures.by_layer import by_layer_figure
from app.analysis.thresholds.figures.psychometric import psychometric_figure
from app.analysis.thresholds.figures.radar import radar_figure, radar_rms_figure
from app.analysis.thresholds.measured import Measured
from app.analysis.thresholds.results import Thresholds

# What `app.adaptive.quality.doubts` says, in a word.
_DOUBTS = {"wide": "interval spans", "below": "below the least", "above": "above the largest"}
DIMENSION_CONTRASTS_SHOWN = 30


def result_sections(found: Thresholds) -> Iterator[Section]:
    """Thresholds, contrasts, single participants, psychometric functions and what is doubted."""
    measured = found.measured
    yield Section("Thresholds", tables=(_groups(measured),), figures=(by_layer_figure(measured),))
    yield Section("Layers and dimensions compared", tables=tuple(_contrasts(measured)))
    if found.caveats:
        yield Section("Doubts and caveats", found.caveats)
    yield Section(
        "Single participants",
        tables=(_single(measured),),
        figures=(radar_figure(measured), radar_rms_figure(measured)),
    )
    yield Section("Levels", tables=(_levels(measured),), figures=(psychometric_figure(measured),))
    yield Section("Timing and attention", figures=(timing_figure(found.analysis),))


def exclusions_section(found: Thresholds, flow: Table) -> Section:
    return Section("Exclusions", tables=(flow,), figures=(flow_figure(found.analysis),))


def beside_section(found: Beside) -> Section:
    """Recognition of metamers beside thresholds."""
    rows = tuple(tuple(_shown(cell) for cell in row) for row in words.beside_rows(found))
    note = (
        "RMS: root mean square difference of pixels (0 to 1). Metamers: geometric mean over the certified "
        "metamers of the bundle; times threshold: how much farther they are from their naturals than "
        "people’s threshold."
    )
    table = Table(
        "Recognition of metamers and thresholds at the same layers", words.BESIDE_HEADER, rows, note
    )
    notes = tuple(f"{note[0].upper()}{note[1:]}." for note in found.notes)
    return Section("Recognition beside thresholds", notes, (table,), (beside_figure(found),))


def _groups(measured: Measured) -> Table:
    rows = tuple(tuple(_shown(cell) for cell in row) for row in words.group_rows(measured))
    note = (
        "Level at which 70.7 % are right: geometric mean over participants, with a bootstrap interval over "
        "participants. sd: standard deviations of the fitted pictures; RMS: contrast of the difference, 0 "
        "to 1."
    )
    return Table("Thresholds of the group", words.GROUP_HEADER, rows, note)


def _contrasts(measured: Measured) -> Iterator[Table]:
    note = "Ratio of the first threshold to the second, within participants; t of log thresholds."
    for between in ("layers", "dimensions"):
        rows = [tuple(_shown(cell) for cell in row) for row in words.contrast_rows(measured, between)]
        shown = rows[:DIMENSION_CONTRASTS_SHOWN] if between == "dimensions" else rows
        more = f" {len(rows) - len(shown)} more are in contrasts.csv." if len(shown) < len(rows) else ""
        yield Table(f"Between {between}", words.CONTRAST_HEADER, tuple(shown), f"{note}{more}")


def _single(measured: Measured) -> Table:
    rows = tuple(
        (
            str(row["participant_id"]),
            row["dimension"],
            words.digits(row["threshold"]),
            _shown(words.interval(row["ci_low"], row["ci_high"])),
            _shown(words.digits(row["threshold_rms"])),
            words.digits(row["slope"]),
            words.digits(row["lapse"]),
            str(row["trials"]),
            ", ".join(_remarks(row)),
        )
        for row in records(measured.fits)
    )
    header = (
        "Participant",
        "Dimension",
        "Threshold",
        "95 % interval",
        "RMS",
        "Slope",
        "Lapse",
        "Trials",
        "Doubts",
    )
    note = (
        "Intervals are of the posterior. Wide: the interval spans more than two octaves; below, above: the "
        "threshold lies beyond the levels."
    )
    return Table("Thresholds of each participant", header, rows, note)


def _remarks(row: dict[str, Any]) -> Iterator[str]:
    """Whether a participant is left out, and the doubts of a threshold in a word each."""
    if row["participant_excluded"]:
        yield "left out"
    yield from (word for word, part in _DOUBTS.items() if part in row["doubts"])


def _levels(measured: Measured) -> Table:
    rows = tuple(
        (
            row["name"],
            words.digits(row["level"]),
            words.digits(row["rms"]),
            f"{row['right']} / {row['trials']}",
            digits(row["proportion_right"]),
            digits(row["d_prime_differencing"], 2),
            digits(row["d_prime_independent"], 2),
        )
        for row in records(measured.levels)
    )
    header = ("Dimension", "Level", "RMS", "Right", "Proportion", "d′, differencing", "d′, independent")
    note = "All participants together; level and RMS are geometric means. A dash: below chance."
    return Table("Answers by level, and d′ in ABX", header, rows, note)


def _shown(cell: str) -> str:
    return MISSING if cell == words.NOTHING else cell
