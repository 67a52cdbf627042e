"""How hard each single stimulus is; pure."""

import pandas as pd


def item_difficulty(trials: pd.DataFrame) -> pd.DataFrame:
    """Proportion correct of each stimulus in each condition.

    Parameters
    ----------
    trials
        The columns `natural_id`, `category`, `condition`, `answer`, `correct`, one row per trial.

    Returns
    -------
    One row per stimulus and condition that anybody saw, hardest first within a condition: `condition`,
    `natural_id`, `category`, `trials`, `correct` (number), `proportion_correct`, `most_given` (the most
    frequent answer, alphabetically first among equals) and `most_given_share`.
    """
    items = trials.groupby(["condition", "natural_id", "category"], sort=False)
    table = items["correct"].agg(["size", "sum"]).rename(columns={"size": "trials", "sum": "correct"})
    table = table.astype(int)
    table["proportion_correct"] = table["correct"] / table["trials"]
    given = (
        trials.groupby(["condition", "natural_id", "category", "answer"]).size().rename("times").reset_index()
    )
    given = given.sort_values(["times", "answer"], ascending=[False, True])
    most = given.drop_duplicates(["condition", "natural_id", "category"]).set_index(
        ["condition", "natural_id", "category"]
    )
    table["most_given"] = most["answer"]
    table["most_given_share"] = most["times"] / table["trials"]
    return table.reset_index().sort_values(["condition", "proportion_correct", "natural_id"], kind="stable")
