"""Signal detection measures of recognition: sensitivity apart from the liking for an answer; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from synthesis.common.names import composed

# Nodes of the Gauss-Hermite rule; more do not change d' in the sixth decimal.
NODES = 200
LARGEST_D_PRIME = 10.0
METAMERS = "all metamers"  # the conditions after the first, together


@dataclass(frozen=True, kw_only=True)
class Detection:
    """One category told from all others; None is not defined, and `note` says why.

    `hit_rate` and `false_alarm_rate` are raw proportions. `d_prime` and `criterion` come from corrected
    rates; a negative criterion is a liking for the answer.
    """

    category: str
    signal_trials: int
    noise_trials: int
    hit_rate: float | None = None
    false_alarm_rate: float | None = None
    d_prime: float | None = None
    criterion: float | None = None
    note: str = ""


def detections(confusion: npt.ArrayLike, categories: Sequence[str]) -> list[Detection]:
    """d' and criterion of every category, one against the rest.

    For category c a trial is a signal if it showed c, and noise if it showed another category. A hit is the
    answer c to a signal, a false alarm the answer c to noise; any other answer, "na" too, is neither. With H
    hits of S signals and F false alarms of N noise trials:

    - h = (H + 0.5) / (S + 1) and f = (F + 0.5) / (N + 1), the log-linear correction (Hautus 1995, Behav. Res.
      Methods 27);
    - d' = z(h) - z(f) and criterion = -(z(h) + z(f)) / 2 (Macmillan & Creelman 2005, chapters 1 and 2).

    Parameters
    ----------
    confusion
        Counts of answers, shape (C, C) or with further columns such as "na": rows are the categories shown,
        the first C columns the answers, both in the order of `categories`.
    categories
        Names of the C categories.

    Raises
    ------
    ValueError
        The shape does not fit, or a count is negative.
    """
    counts = np.asarray(confusion, dtype=float)
    size = len(categories)
    if counts.ndim != 2 or counts.shape[0] != size or counts.shape[1] < size:
        raise ValueError(
            f"confusion of shape {counts.shape}: {size} rows, and as many columns or more, are needed"
        )
    if not (counts >= 0).all():
        raise ValueError("confusion: counts cannot be negative")
    shown = counts.sum(axis=1)
    return [
        _detection(name, counts[index, index], shown[index], counts[:, index].sum(), shown.sum())
        for index, name in enumerate(categories)
    ]


def d_prime_of_choice(proportion_correct: float, alternatives: int) -> float:
    """d' of an unbiased observer who chooses among m alternatives with this proportion correct.

    Solves pc = integral of phi(x - d') Phi(x)^(m - 1) dx (Hacker & Ratcliff 1979, Percept. Psychophys. 26).
    Below chance it is negative. At 0 or 1 it is infinite and a ValueError: correct the proportion first, for
    instance (correct + 0.5) / (trials + 1).
    """
    if alternatives < 2 or not 0 < proportion_correct < 1:
        raise ValueError(f"d' of {proportion_correct} with {alternatives} alternatives is not defined")
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)  # weight exp(-x^2 / 2)
    weights = weights / weights.sum()

    def excess(d_prime: float) -> float:
        return float(weights @ ndtr(nodes + d_prime) ** (alternatives - 1)) - proportion_correct

    if not excess(-LARGEST_D_PRIME) < 0 < excess(LARGEST_D_PRIME):
        raise ValueError(f"d' of {proportion_correct} is beyond {LARGEST_D_PRIME:g}")
    return float(brentq(excess, -LARGEST_D_PRIME, LARGEST_D_PRIME))


def _detection(category: str, hits: float, signals: float, answers: float, trials: float) -> Detection:
    """Measures from counts; `answers` is how often the category was answered in all trials."""
    noise, false_alarms = trials - signals, answers - hits
    seen = Detection(category=category, signal_trials=int(signals), noise_trials=int(noise))
    if not signals or not noise:
        missing = "never shown" if not signals else "nothing else was shown"
        return replace(seen, note=f"{missing}: d' is not defined")
    of_hits = ndtri((hits + 0.5) / (signals + 1))
    of_false_alarms = ndtri((false_alarms + 0.5) / (noise + 1))
    return replace(
        seen,
        hit_rate=float(hits / signals),
        false_alarm_rate=float(false_alarms / noise),
        d_prime=float(of_hits - of_false_alarms),
        criterion=float(-(of_hits + of_false_alarms) / 2),
    )


def detection_table(
    confusion: pd.DataFrame, categories: Sequence[str], conditions: Sequence[str]
) -> pd.DataFrame:
    """The detections of every condition of a confusion table (`measures.confusion`), and of all metamers.

    The first of `conditions` is natural, the others together are "all metamers", last. Columns: `condition`
    and the fields of `Detection`.
    """
    listed = [composed(category) for category in categories]
    groups = {name: [name] for name in conditions}
    if len(conditions) > 2:
        groups[METAMERS] = list(conditions[1:])
    rows = []
    for name, members in groups.items():
        part = confusion[confusion["condition"].isin(members)]
        counts = part.groupby(["category", "answer"])["trials"].sum().unstack("answer")
        others = [answer for answer in counts.columns if answer not in listed]
        table = counts.reindex(index=listed, columns=[*listed, *others]).fillna(0)
        rows += [{"condition": name, **vars(found)} for found in detections(table, listed)]
    return pd.DataFrame(rows)
