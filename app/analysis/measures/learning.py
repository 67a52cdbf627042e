"""Learning and fatigue: how recognition and response times change in the course of a session; pure."""

import pandas as pd

from app.analysis.statistics.summary import summarise

BLOCKS = 8


def learning_curve(trials: pd.DataFrame, blocks: int = BLOCKS) -> pd.DataFrame:
    """Proportion correct and median response time over successive blocks of each participant's trials.

    Parameters
    ----------
    trials
        The columns `participant_id`, `trial_index`, `correct` (bool), `rt_ms`, one row per trial.
    blocks
        Into how many parts of equal length (give or take one trial) a session is cut; fewer if a participant
        has fewer trials than that.

    Returns
    -------
    One row per block: `block` (from 1), `participants`, `trials`; `proportion_correct` with `sem` and
    `sem_ddof0`; `rt_ms` (mean over participants of each one's median) with `rt_sem`, over the
    `rt_participants` who have response times in that block; `note`. Conditions come in random order, so that
    their mix differs between blocks by chance only.
    """
    place = trials.groupby("participant_id")["trial_index"].rank(method="first") - 1
    length = trials.groupby("participant_id")["trial_index"].transform("size")
    blocks = max(1, min(blocks, int(length.min()))) if len(trials) else 0
    blocked = trials.assign(block=(place * blocks // length).astype(int) + 1)
    rows = []
    for block, part in blocked.groupby("block"):
        by_participant = part.groupby("participant_id")
        right = summarise(by_participant["correct"].mean().to_numpy(float))
        times = summarise(by_participant["rt_ms"].median().dropna().to_numpy(float))
        rows.append(
            {
                "block": block,
                "participants": right.n,
                "trials": len(part),
                "proportion_correct": right.mean,
                "sem": right.sem,
                "sem_ddof0": right.sem_ddof0,
                "rt_ms": times.mean,
                "rt_sem": times.sem,
                "rt_participants": times.n,
                "note": right.note,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    "block", "participants", "trials", "proportion_correct", "sem", "sem_ddof0", "rt_ms", "rt_sem",
    "rt_participants", "note",
]  # fmt: skip
