"""The thresholds of a study in words, as the command and the page print them; pure."""

from collections.abc import Iterator, Sequence

import pandas as pd

from app.analysis.tables.csv_tables import records
from app.analysis.thresholds.beside import Beside
from app.analysis.thresholds.measured import Measured
from synthesis.common.wording import readable_layer

NOTHING = "-"


def digits(number: float | None) -> str:
    """Three significant digits, since thresholds differ by orders of magnitude."""
    return NOTHING if number is None or pd.isna(number) else f"{number:.3g}"


def interval(low: float | None, high: float | None) -> str:
    return NOTHING if low is None or high is None else f"{digits(low)} to {digits(high)}"


def p_of(p: float | None) -> str:
    return NOTHING if p is None else "<.001" if p < 0.001 else f"{p:.3f}"


def group_rows(measured: Measured) -> Iterator[tuple[str, ...]]:
    """Of each layer and dimension: name, unit, threshold, interval, the same in RMS, SEM in octaves, N."""
    rows = records(measured.groups)
    rms = {(row["of"], row["name"]): row for row in rows if row["scale"] == "rms"}
    for row in rows:
        control_twice = row["of"] == "layer" and not row["layer"]
        if row["scale"] == "coordinate" and not control_twice:
            other = rms.get((row["of"], row["name"]), {})
            name = f"{row['name']}, mean" if row["of"] == "layer" else row["name"]
            yield (
                name,
                row["unit"],
                digits(row["threshold"]),
                interval(row["ci_low"], row["ci_high"]),
                digits(other.get("threshold")),
                interval(other.get("ci_low"), other.get("ci_high")),
                digits(row["sem_octaves"]),
                str(row["participants"]),
            )


def contrast_rows(measured: Measured, between: str) -> Iterator[tuple[str, ...]]:
    """Of every two layers or dimensions: names, scale, ratio, interval, t, df, p, p by Holm, N."""
    for row in records(measured.contrasts):
        if row["between"] == between:
            yield (
                f"{row['a']} / {row['b']}",
                "own unit" if row["scale"] == "coordinate" else "RMS",
                digits(row["ratio"]),
                interval(row["ratio_low"], row["ratio_high"]),
                digits(row["t"]),
                NOTHING if row["df"] is None else f"{row['df']:.0f}",
                p_of(row["p"]),
                p_of(row["p_holm"]),
                str(row["participants"]),
            )


def beside_rows(found: Beside) -> Iterator[tuple[str, ...]]:
    """Of each layer: recognition, SEM, threshold in RMS, interval, metamers' RMS, how many thresholds."""
    for row in records(found.table):
        yield (
            readable_layer(row["layer"]),
            NOTHING if row["proportion_correct"] is None else f"{row['proportion_correct']:.3f}",
            NOTHING if row["sem"] is None else f"{row['sem']:.3f}",
            digits(row["threshold_sd"]),
            digits(row["threshold_rms"]),
            interval(row["rms_low"], row["rms_high"]),
            digits(row["metamer_rms"]),
            digits(row["times_threshold"]),
        )


GROUP_HEADER = (
    "Layer or dimension",
    "Unit",
    "Threshold",
    "95 % interval",
    "RMS",
    "95 %, RMS",
    "SEM, oct.",
    "N",
)
CONTRAST_HEADER = ("Thresholds", "Scale", "Ratio", "95 % interval", "t", "df", "p", "p, Holm", "N")
BESIDE_HEADER = (
    "Layer",
    "Recognised",
    "SEM",
    "Threshold, sd",
    "RMS",
    "95 %, RMS",
    "Metamers, RMS",
    "Times threshold",
)


def in_words(measured: Measured) -> list[str]:
    """What the command prints: who, the thresholds, the contrasts of layers, and what is doubted."""
    lines = [f"{measured.study}: {measured.in_words}; thresholds are where 70.7 % are right."]
    lines += _columns(GROUP_HEADER, list(group_rows(measured)))
    between = list(contrast_rows(measured, "layers"))
    if between:
        lines += ["between layers, within participants:", *_columns(CONTRAST_HEADER, between)]
    return lines


def beside_in_words(found: Beside) -> list[str]:
    lines = [f"{found.recognition_study} beside {found.threshold_study}, {found.network}:"]
    lines += _columns(BESIDE_HEADER, list(beside_rows(found)))
    return [*lines, *(f"note: {note}" for note in found.notes)]


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Left-aligned text columns."""
    table = [header, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(header))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
