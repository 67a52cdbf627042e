"""Response times by condition, over right and wrong answers; pure."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from app.analysis.statistics.summary import summarise


def response_times(trials: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Mean over participants of each one's median response time.

    Parameters
    ----------
    trials
        The columns `participant_id`, `condition`, `correct` (bool) and `rt_ms`, one row per trial.
    conditions
        All conditions in order.

    Returns
    -------
    Three rows per condition (`answers`: all, right, wrong) with `trials` (those with a response time), and
    `n`, `mean` (ms), `sem`, `sem_ddof0`, `note` of `statistics.summary.Summary`. A participant without such
    answers in a condition is not in its mean.
    """
    parts = {"all": trials, "right": trials[trials["correct"]], "wrong": trials[~trials["correct"]]}
    rows = []
    for answers, part in parts.items():
        medians = part.groupby(["condition", "participant_id"])["rt_ms"].median().dropna()
        counts = part.groupby("condition")["rt_ms"].count()
        by_condition = dict(iter(medians.groupby(level="condition")))
        for rank, condition in enumerate(conditions):
            values = by_condition.get(condition, medians.iloc[:0])
            row = {"condition": condition, "answers": answers, "trials": int(counts.get(condition, 0))}
            rows.append((rank, {**row, **asdict(summarise(values.to_numpy(float)))}))
    return pd.DataFrame([row for _rank, row in sorted(rows, key=lambda pair: pair[0])])
