"""How often an observer recognises metamers, by generating layer: shares, their bootstrap SEM and interval.

Feather et al. 2019, figures 5 and 6. Pure: tables in, tables out.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthesis.bundle.manifest import NATURAL
from synthesis.recognition.rules import Rule, ScoreName

RESAMPLES = 1_000
COLUMNS = ("condition", "rule", "score", "share", "sem", "low", "high", "stimuli", "shown")
_INTERVAL = (0.025, 0.975)


def score_table(
    answers: pd.DataFrame,
    layers: Sequence[str],
    categories: Mapping[Rule, tuple[str, ...] | None],
    seed: int,
) -> pd.DataFrame:
    """One row per condition x rule x score: natural first, then the layers, in the order given.

    Parameters
    ----------
    answers
        One row per stimulus shown, with the columns `stimulus`, `condition`, `category`, and for each rule
        `answer_RULE` and `natural_answer_RULE`.
    layers
        The generating layers in depth order.
    categories
        The rules that the observer can answer by, with their possible answers; None for ILSVRC classes, which
        a stimulus's category does not name.
    seed
        Of the bootstrap.

    Returns
    -------
    `share` in [0, 1] of all `shown` that are given the label that this observer gives the natural original
    (score `natural_label`), or the stimulus's category (`true_label`: only of stimuli whose category the rule
    knows). `sem` and the 95 % interval from `low` to `high` are over `stimuli`, by bootstrap; missing for
    fewer than two. A condition never shown has no share.
    """
    rows = [
        {"condition": condition, "rule": rule, "score": score, **_share(hits, seed)}
        for condition in (NATURAL, *layers)
        for rule, known in categories.items()
        for score, hits in _scores(answers[answers["condition"] == condition], rule, known)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _scores(
    shown: pd.DataFrame, rule: Rule, known: tuple[str, ...] | None
) -> Iterator[tuple[ScoreName, pd.Series]]:
    """Each score's hits: booleans, one per stimulus shown, indexed by its natural."""
    by_stimulus = shown.set_index("stimulus")
    yield "natural_label", by_stimulus[f"answer_{rule}"] == by_stimulus[f"natural_answer_{rule}"]
    if known is not None:
        named = by_stimulus[by_stimulus["category"].isin(known)]
        yield "true_label", named[f"answer_{rule}"] == named["category"]


def _share(hits: pd.Series, seed: int) -> dict[str, float | int | None]:
    per_stimulus = hits.groupby(level=0).agg(["sum", "count"])
    right, shown = (per_stimulus[column].to_numpy(np.float64) for column in ("sum", "count"))
    resampled = bootstrap_shares(right, shown, seed)
    low, high = (None, None) if resampled is None else np.quantile(resampled, _INTERVAL)
    return {
        "share": right.sum() / shown.sum() if len(hits) else None,
        "sem": None if resampled is None else resampled.std(ddof=1),
        "low": low,
        "high": high,
        "stimuli": len(per_stimulus),
        "shown": len(hits),
    }


def bootstrap_shares(
    right: NDArray[np.float64], shown: NDArray[np.float64], seed: int
) -> NDArray[np.float64] | None:
    """sum(right) / sum(shown) in `RESAMPLES` resamples of the stimuli; None for fewer than two.

    `right` of the `shown` metamers of each stimulus were recognised, both of shape (stimuli,). Whole stimuli
    are drawn with replacement, since metamers of one stimulus are not independent. The same seed draws the
    same stimuli.
    """
    stimuli = len(right)
    if stimuli < 2:
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(stimuli, np.full(stimuli, 1 / stimuli), RESAMPLES)  # (resamples, stimuli)
    return (drawn @ right) / (drawn @ shown)
