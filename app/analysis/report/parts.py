"""The parts that a report is made of."""

from dataclasses import dataclass

from app.analysis.figures.figure import Figure

MISSING = "–"


@dataclass(frozen=True)
class Table:
    """Cells are text, ready to be printed; the first column names the row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()


def digits(number: float | None, places: int = 3) -> str:
    return MISSING if number is None else f"{number:z.{places}f}"  # z: no negative zero
