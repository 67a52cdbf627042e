"""What the results page shows of thresholds, ready to be printed."""

from dataclasses import dataclass

from app.analysis.thresholds import words
from app.analysis.thresholds.measured import Measured

NOTHING = "–"
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ThresholdCard:
    """The first cell of a row names it; numbers are text, a missing one is a dash."""

    in_words: str
    header: tuple[str, ...]
    rows: Rows
    contrast_header: tuple[str, ...]
    contrasts: Rows
    warnings: tuple[str, ...]


def threshold_card(measured: Measured) -> ThresholdCard:
    return ThresholdCard(
        in_words=measured.in_words,
        header=words.GROUP_HEADER,
        rows=tuple(tuple(_shown(cell) for cell in row) for row in words.group_rows(measured)),
        contrast_header=words.CONTRAST_HEADER,
        contrasts=tuple(
            tuple(_shown(cell) for cell in row) for row in words.contrast_rows(measured, "layers")
        ),
        warnings=measured.warnings,
    )


def _shown(cell: str) -> str:
    return NOTHING if cell == words.NOTHING else cell
