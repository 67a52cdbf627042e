"""Recognition per condition: mean over participants of each one's proportion correct; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from app.analysis.statistics.bootstrap import Interval, intervals
from app.analysis.statistics.summary import Summary, summarise, within_errors

UNSEEN = "nobody saw this condition"


@dataclass(frozen=True, kw_only=True)
class ConditionRecognition:
    """One point of the curve. All proportions are in [0, 1]; a number that is not defined is None.

    `sem` is SD / sqrt(N) over participants with ddof 1; `sem_ddof0` is the published plots' variant;
    `sem_within` leaves out how able participants are, and is for comparing conditions. `ci_low` and `ci_high`
    end the interval `logit_t` of `app.analysis.statistics.bootstrap`.
    `note` says in words why a number is missing or must be read with care; it is empty otherwise.
    """

    condition: str
    participants: int
    trials: int
    proportion_correct: float | None = None
    sem: float | None = None
    sem_ddof0: float | None = None
    sem_within: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """The curve: natural pictures first, then the matched layers in depth order."""

    conditions: tuple[ConditionRecognition, ...]
    chance: float
    level: float
    participants: int
    trials: int


def scores_of(trials: pd.DataFrame) -> pd.DataFrame:
    """Count answers: from one row per trial to one per participant and condition.

    `trials` has the columns `participant_id`, `condition` and `correct` (bool); the result has `correct` as a
    number of trials, and `trials`.
    """
    counted = trials.groupby(["participant_id", "condition"], sort=False)["correct"].agg(["size", "sum"])
    return counted.rename(columns={"size": "trials", "sum": "correct"}).astype(int).reset_index()


def proportions_of(scores: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Proportions correct, a row per participant and a column per condition; missing where nothing counts.

    `scores` and `conditions` are those of `recognition`, which also says what is refused.
    """
    unknown = sorted(set(scores["condition"]) - set(conditions))
    if unknown:
        raise ValueError(f"trials of conditions that the study does not have: {', '.join(unknown)}")
    if scores.duplicated(["participant_id", "condition"]).any():
        raise ValueError("a participant has two rows of one condition")
    counted = scores[scores["trials"] > 0]
    shares = counted.assign(share=counted["correct"] / counted["trials"])
    table = shares.pivot(index="participant_id", columns="condition", values="share")
    return table.reindex(columns=list(conditions)).astype(float)


def recognition(
    scores: pd.DataFrame, conditions: Sequence[str], categories: Sequence[str], *, level: float = 0.95
) -> Recognition:
    """Proportion correct per condition: mean over participants, three SEMs, and an interval.

    Source: Feather et al. 2023, Methods (human data: mean and SEM over participants). The interval is
    Student's t on the scale of log odds (`bootstrap.intervals`); participants who are all alike give none.

    Parameters
    ----------
    scores
        One row per participant and condition, any order, with the columns `participant_id`, `condition`,
        `trials` and `correct` (numbers of trials). Rows without trials are passed over.
    conditions
        All conditions of the study in the curve's order. One that nobody saw is listed with N = 0.
    categories
        The answers that could be given, at least one; chance is 1 / their number.
    level
        Coverage of the confidence interval, in (0, 1).

    Raises
    ------
    ValueError
        `scores` has a condition that is not in `conditions`, or two rows of one participant and condition, or
        `level` is outside (0, 1).
    """
    table = proportions_of(scores, conditions)
    trials = scores.groupby("condition")["trials"].sum()
    within = within_errors(table)
    points = [
        _point(
            name,
            int(trials.get(name, 0)),
            summarise(table[name].dropna().to_numpy()),
            sem,
            interval,
            within.note,
        )
        for name, sem, interval in zip(conditions, within.sem, intervals(table, level=level), strict=True)
    ]
    return Recognition(
        conditions=tuple(points),
        chance=1 / len(categories),
        level=level,
        participants=len(table),
        trials=int(scores["trials"].sum()),
    )


def _point(
    name: str, trials: int, summary: Summary, sem_within: float | None, interval: Interval, about_within: str
) -> ConditionRecognition:
    if not summary.n:
        return ConditionRecognition(condition=name, participants=0, trials=0, note=UNSEEN)
    notes = (summary.note, about_within if summary.n > 1 else "")
    return ConditionRecognition(
        condition=name,
        participants=summary.n,
        trials=trials,
        proportion_correct=summary.mean,
        sem=summary.sem,
        sem_ddof0=summary.sem_ddof0,
        sem_within=sem_within,
        ci_low=interval.low,
        ci_high=interval.high,
        note="; ".join(note for note in notes if note),
    )
