"""Our trials in the format of model-vs-human (`app.exports.mvh`), for programs that read it."""

import math
import re

import pandas as pd

from app.analysis.results import Trials
from app.analysis.tables.csv_tables import table_csv
from app.core.errors import Conflict
from app.exports.mvh import COLUMNS


def written(trials: pd.DataFrame, study: str) -> dict[str, bytes]:
    """Our trials as one file per participant, named as the published ones.

    `trials` has the columns of the codebook. Underscores and slashes of pictures' names become hyphens, since
    readers of the format cut names at underscores. Raises `Conflict` if that makes one name of two.
    """
    names = {name: re.sub("[_/]", "-", name) for name in trials["natural_id"].unique()}
    if len(set(names.values())) != len(names):
        raise Conflict(
            "names_collide", "pictures' names differ only by _ or / or -, which this format cannot tell"
        )
    files = {}
    for number, part in trials.groupby("participant_id"):
        subject = f"subject-{number:02d}"
        rows = [
            [subject, 1, trial, _seconds(rt_ms), answer, category, condition, names[natural_id]]
            for trial, (rt_ms, answer, category, condition, natural_id) in enumerate(
                zip(*(part[name] for name in _OURS), strict=True), start=1
            )
        ]
        files[f"{study}_{subject}_session-1.csv"] = table_csv(COLUMNS, rows)
    return files


def _seconds(rt_ms: float) -> float | str:
    """As published files write it; those of networks, which have no response times, say NaN."""
    return "NaN" if math.isnan(rt_ms) else rt_ms / 1000


_OURS = ("rt_ms", "answer", "category", "condition", "natural_id")


class MvhFormat:
    """Only trials that count, a file per participant."""

    name = "mvh"
    everything = False

    def files(self, trials: Trials) -> dict[str, bytes]:
        if trials.kept.empty:
            raise Conflict("all_excluded", "the exclusions leave no trial; --format csv writes all of them")
        return written(trials.kept, trials.analysis.study.name)
