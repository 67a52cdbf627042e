"""The threshold of each participant along each dimension; pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from app.adaptive.estimate import Estimate, estimate
from app.adaptive.procedure import Answer
from app.adaptive.quality import doubts
from app.analysis.thresholds.dimensions import MeasuredDimension, in_order

FIT_COLUMNS = {
    "participant_id": "Int64", "participant_excluded": object, "dimension": object, "layer": object,
    "component": "Int64", "direction": object, "unit": object, "trials": "Int64", "right": "Int64",
    "fell_back": "Int64", "threshold": float, "ci_low": float, "ci_high": float, "sd_octaves": float,
    "slope": float, "lapse": float, "threshold_rms": float, "rms_low": float, "rms_high": float,
    "rms_extrapolated": "boolean", "doubts": object,
}  # fmt: skip


def counted(trials: pd.DataFrame) -> pd.DataFrame:
    """Those of the issued trials from which thresholds are estimated: main, answered, not dropped.

    Trials of participants who are left out are among them, since each participant's own threshold is given.
    """
    main = trials["phase"].eq("main") & trials["correct"].notna()
    return trials[main & trials["trial_excluded"].eq("")]


def kept(trials: pd.DataFrame) -> pd.DataFrame:
    """The rows of participants who are not left out."""
    return trials[trials["participant_excluded"].eq("")]


def threshold_table(trials: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """One row per participant and dimension that the participant answered a trial of.

    Parameters
    ----------
    trials
        Columns participant_id, participant_excluded, trial_excluded, phase, dimension, level (as measured on
        the picture that was shown), correct, fell_back.
    dimensions
        Those of the bundle; trials of others are passed over.

    Returns
    -------
    The columns `FIT_COLUMNS`: the threshold at which 70.7 % are right with its 95 % posterior interval, in
    the dimension's unit and in RMS contrast, and why it is doubted.
    """
    by_dimension = dict(iter(counted(trials).groupby("dimension")))
    rows = [
        row
        for dimension in in_order(dimensions)
        if dimension.id in by_dimension
        for row in _of_dimension(dimension, by_dimension[dimension.id])
    ]
    table = pd.DataFrame(rows, columns=list(FIT_COLUMNS)).astype(FIT_COLUMNS)
    return table.sort_values("participant_id", kind="stable", ignore_index=True)


def answers_of(trials: pd.DataFrame) -> list[Answer]:
    """What the estimate needs of trials, in their order."""
    return [
        Answer(float(level), bool(right))
        for level, right in zip(trials["level"], trials["correct"], strict=True)
    ]


def _of_dimension(dimension: MeasuredDimension, trials: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for who, own in trials.groupby("participant_id"):
        found = estimate(answers_of(own), dimension.targets)
        yield {
            "participant_id": who,
            "participant_excluded": own["participant_excluded"].iloc[0],
            "dimension": dimension.id,
            "layer": dimension.layer,
            "component": dimension.component or None,
            "direction": dimension.direction,
            "unit": dimension.unit,
            "right": int(own["correct"].sum()),
            "fell_back": int(own["fell_back"].sum()),
            **_numbers(found),
            **_in_rms(dimension, found),
            "doubts": "; ".join(doubts(found, dimension.targets)),
        }


def _numbers(found: Estimate) -> dict[str, Any]:
    return {
        "trials": found.trials,
        "threshold": found.threshold,
        "ci_low": found.low,
        "ci_high": found.high,
        "sd_octaves": found.sd_octaves,
        "slope": found.slope,
        "lapse": found.lapse,
    }


def _in_rms(dimension: MeasuredDimension, found: Estimate) -> dict[str, Any]:
    return {
        "threshold_rms": dimension.rms_of(found.threshold),
        "rms_low": dimension.rms_of(found.low),
        "rms_high": dimension.rms_of(found.high),
        "rms_extrapolated": not dimension.within(found.threshold),
    }
