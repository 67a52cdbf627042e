"""Our trials in the format of model-vs-human (`app.exports.mvh`), for programs that read it."""

import math
import re

import pandas as pd

from app.analysis.tables.csv_tables import table_csv
from app.core.errors import Conflict
from app.exports.files import Files
from app.exports.mvh import COLUMNS
from app.exports.source import Source

_OURS = ("rt_ms", "answer", "category", "condition", "natural_id")


class MvhFormat:
    """Only trials that count, a file per participant, named as the published ones."""

    name = "mvh"
    title = "model-vs-human"
    purpose = "One CSV per participant with the trials that count, to compare people with networks there."
    holds_panel_ids = False
    holds_levels = False

    async def write(self, source: Source, files: Files) -> int:
        rows = 0
        pictures = PictureNames()
        async for number, person in source.people(kept=True):
            with files.open(f"{source.study}_subject-{number:02d}_session-1.csv") as out:
                out.write(of_person(number, person, pictures))
            rows += len(person)
        if not rows:
            raise Conflict("all_excluded", "the exclusions leave no trial; --format csv writes all of them")
        return rows


class PictureNames:
    """Names of pictures with hyphens for underscores and slashes, at which readers cut names."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Raises `Conflict` if one name is made of two."""
        short = re.sub("[_/]", "-", name)
        if self._given.setdefault(short, name) != name:
            raise Conflict(
                "names_collide", "pictures' names differ only by _ or / or -, which this format cannot tell"
            )
        return short


def of_person(number: int, trials: pd.DataFrame, pictures: PictureNames) -> bytes:
    """One participant's file; `trials` has the columns of the codebook."""
    rows = [
        [f"subject-{number:02d}", 1, trial, _seconds(rt_ms), answer, category, condition, pictures(name)]
        for trial, (rt_ms, answer, category, condition, name) in enumerate(
            zip(*(trials[name] for name in _OURS), strict=True), start=1
        )
    ]
    return table_csv(COLUMNS, rows)


def _seconds(rt_ms: float) -> float | str:
    """As published files write it; those of networks, which have no response times, say NaN."""
    return "NaN" if math.isnan(rt_ms) else rt_ms / 1000
