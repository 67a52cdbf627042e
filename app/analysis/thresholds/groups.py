"""Thresholds of all participants together, and what differs between layers and between dimensions; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from app.analysis.statistics.bootstrap import bootstrap_means
from app.analysis.statistics.paired import holm, paired
from app.analysis.statistics.summary import summarise
from app.analysis.thresholds.dimensions import MeasuredDimension, group_name, groups_of, in_order
from app.analysis.thresholds.fits import kept

Scale = Literal["coordinate", "rms"]
SCALES: dict[Scale, str] = {"coordinate": "threshold", "rms": "threshold_rms"}
LEVEL = 0.95
GROUP_COLUMNS = [
    "scale", "of", "name", "dimension", "layer", "unit", "participants", "mean_octaves", "sem_octaves",
    "threshold", "sem_low", "sem_high", "ci_low", "ci_high", "ci_level", "note",
]  # fmt: skip
CONTRAST_COLUMNS = [
    "scale", "between", "a", "b", "participants", "difference_octaves", "sem_octaves", "ci_low_octaves",
    "ci_high_octaves", "ratio", "ratio_low", "ratio_high", "t", "df", "p", "p_holm", "note",
]  # fmt: skip


@dataclass(frozen=True)
class _Quantity:
    """A column of thresholds in octaves: of a dimension, or of a layer as the mean of its dimensions."""

    of: Literal["dimension", "layer"]
    id: str
    name: str
    layer: str
    unit: str


Octaves = dict[_Quantity, pd.Series]


def octaves(
    table: pd.DataFrame, dimensions: Sequence[MeasuredDimension], scale: Scale
) -> tuple[Octaves, Octaves]:
    """log2 of the thresholds of those who are not left out, by dimension and by layer.

    `table` is that of `fits.threshold_table`. Each series is indexed by participant. A participant's value
    at a layer is the mean over the dimensions of the layer that this participant was measured on.
    """
    wide = kept(table).pivot(index="participant_id", columns="dimension", values=SCALES[scale])
    logs = np.log2(wide.astype(float))
    unit = {one.id: one.unit if scale == "coordinate" else "rms" for one in dimensions}
    of_dimension = {
        _Quantity("dimension", one.id, one.name, one.layer, unit[one.id]): logs[one.id].dropna()
        for one in in_order(dimensions)
        if one.id in logs
    }
    of_layer: Octaves = {}
    for group, members in groups_of(dimensions).items():
        known = [one.id for one in members if one.id in logs]
        if known:
            quantity = _Quantity("layer", group, group_name(group), members[0].layer, unit[known[0]])
            of_layer[quantity] = logs[known].mean(axis=1).dropna()
    return of_dimension, of_layer


def group_table(table: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """Geometric means over participants in both scales, of every layer and dimension: `GROUP_COLUMNS`.

    `mean_octaves` is the mean of log2 threshold, `sem_octaves` its SEM (ddof 1); `threshold`, `sem_low`,
    `sem_high` and the bootstrap interval over participants are in the unit.
    """
    rows = [
        {"scale": scale, **_summary(quantity, values)}
        for scale in SCALES
        for found in reversed(octaves(table, dimensions, scale))
        for quantity, values in found.items()
    ]
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def _summary(quantity: _Quantity, values: pd.Series) -> dict[str, Any]:
    found = summarise(values.to_numpy(float))
    row: dict[str, Any] = {
        "of": quantity.of,
        "name": quantity.name,
        "dimension": quantity.id if quantity.of == "dimension" else "",
        "layer": quantity.layer,
        "unit": quantity.unit,
        "participants": found.n,
        "ci_level": LEVEL,
        "note": found.note,
    }
    if found.mean is None:
        return row
    low, high = bootstrap_means(values.to_numpy(float)[:, None], level=LEVEL)
    row |= {"mean_octaves": found.mean, "threshold": 2.0**found.mean}
    if found.sem is None:
        return row
    row |= {"sem_octaves": found.sem}
    row |= {"sem_low": 2.0 ** (found.mean - found.sem), "sem_high": 2.0 ** (found.mean + found.sem)}
    return row | {"ci_low": 2.0 ** low[0], "ci_high": 2.0 ** high[0]}


def contrast_table(table: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """Every two layers and every two dimensions of one unit, within participants: `CONTRAST_COLUMNS`.

    The difference is log2 of the threshold of `a` less that of `b`: 1 octave is twice the threshold. Its
    interval is a bootstrap over participants; t is that of a paired t test, and `p_holm` is corrected over
    the rows of one scale and kind (Holm 1979).
    """
    parts = [
        _contrasts(scale, found) for scale in SCALES for found in reversed(octaves(table, dimensions, scale))
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=CONTRAST_COLUMNS)


def _contrasts(scale: Scale, found: Octaves) -> pd.DataFrame:
    rows = []
    for (a, first), (b, second) in combinations(found.items(), 2):
        if a.unit == b.unit:
            both = pd.concat([first, second], axis=1, join="inner").to_numpy(float)
            rows.append({"scale": scale, "between": f"{a.of}s", "a": a.name, "b": b.name, **_pair(both)})
    part = pd.DataFrame(rows, columns=CONTRAST_COLUMNS)
    numbers = [name for name in CONTRAST_COLUMNS[5:-1] if name != "p_holm"]
    part = part.astype(dict.fromkeys(numbers, float))
    return part.assign(p_holm=holm(part["p"].to_numpy(float)))


def _pair(both: np.ndarray) -> dict[str, Any]:
    """One contrast of (participants, 2) in octaves."""
    row = paired(both)
    mean = row.pop("difference")
    row["sem_octaves"] = row.pop("sem")
    if mean is None:
        return row
    low, high = bootstrap_means(both[:, :1] - both[:, 1:], level=LEVEL)
    row |= {"difference_octaves": mean, "ratio": 2.0**mean}
    row |= {"ci_low_octaves": low[0], "ci_high_octaves": high[0]}
    return row | {"ratio_low": 2.0 ** low[0], "ratio_high": 2.0 ** high[0]}
