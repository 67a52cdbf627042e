"""Error consistency: do two observers err on the same stimuli, beyond what their accuracies imply; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.analysis.statistics.summary import summarise


@dataclass(frozen=True)
class Consistency:
    """Proportions are of `stimuli`, the number of shared ones; `kappa` is None where it is not defined."""

    stimuli: int
    accuracy_a: float | None
    accuracy_b: float | None
    observed: float | None
    expected: float | None
    kappa: float | None
    note: str = ""


def error_consistency(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> Consistency:
    """Cohen's kappa of being right or wrong on the same stimuli.

    observed = share of stimuli on which both are right or both are wrong;
    expected = p_a p_b + (1 - p_a)(1 - p_b), for independent observers of accuracies p_a and p_b;
    kappa = (observed - expected) / (1 - expected), 1 at most, 0 for independent observers.

    Source: Geirhos, Meding and Wichmann 2020 (NeurIPS), equations 1 to 3.

    Parameters
    ----------
    a, b
        Correctness of the two observers, shape (stimuli,), in the same order of stimuli.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if a.shape != b.shape:
        raise ValueError(f"the observers answered {a.shape} and {b.shape} stimuli")
    if not len(a):
        return Consistency(0, None, None, None, None, None, "no stimulus in common")
    p_a, p_b, observed = float(a.mean()), float(b.mean()), float((a == b).mean())
    expected = p_a * p_b + (1 - p_a) * (1 - p_b)
    if expected == 1:
        why = "both observers always right, or both always wrong: kappa is not defined"
        return Consistency(len(a), p_a, p_b, observed, expected, None, why)
    return Consistency(len(a), p_a, p_b, observed, expected, (observed - expected) / (1 - expected))


def pairwise_consistency(answers: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Error consistency of every pair of observers in every condition, on the stimuli that both saw.

    Parameters
    ----------
    answers
        The columns `observer`, `condition`, `stimulus`, `correct` (bool). Where an observer saw a stimulus
        more than once in a condition, the first row counts.
    conditions
        The order of the conditions in the result.

    Returns
    -------
    The columns `condition`, `observer_a`, `observer_b` and those of `Consistency`, in the order of observers'
    first rows.
    """
    first = answers.drop_duplicates(["observer", "condition", "stimulus"])
    observers = list(dict.fromkeys(first["observer"]))
    rows = []
    for condition in conditions:
        part = first[first["condition"] == condition]
        right = part.pivot(index="stimulus", columns="observer", values="correct")
        for a, b in combinations([name for name in observers if name in right], 2):
            shared = right[[a, b]].dropna().astype(bool)
            found = error_consistency(shared[a].to_numpy(), shared[b].to_numpy())
            rows.append({"condition": condition, "observer_a": a, "observer_b": b, **vars(found)})
    columns = ["condition", "observer_a", "observer_b", *Consistency.__dataclass_fields__]
    return pd.DataFrame(rows, columns=columns)


def consistency_with_people(
    people: pd.DataFrame, networks: pd.DataFrame, conditions: Sequence[str]
) -> pd.DataFrame:
    """Each network's error consistency with people: the mean over people of each one's kappa.

    Parameters
    ----------
    people
        The columns `participant_id`, `condition`, `natural_id`, `correct` (bool), one row per trial.
    networks
        The columns `observer`, `condition`, `stimulus`, `correct` (bool); of several seeds the first counts.
    conditions
        The order of the conditions in the result.

    Returns
    -------
    A row per network and condition: `observer`, `condition`, `people` (whose kappa is defined), `pictures`
    (in common, mean over all people), `kappa` with `sem` (ddof 1) and `sem_ddof0`, `note`.
    """
    first = networks.drop_duplicates(["observer", "condition", "stimulus"])
    both = people.merge(
        first,
        left_on=["condition", "natural_id"],
        right_on=["condition", "stimulus"],
        suffixes=("", "_network"),
    )
    shared = dict(iter(both.groupby(["observer", "condition"], sort=False)))
    rows = []
    for observer in dict.fromkeys(first["observer"]):
        for condition in conditions:
            part = shared.get((observer, condition), both.iloc[:0])
            found = [
                error_consistency(one["correct"].to_numpy(bool), one["correct_network"].to_numpy(bool))
                for _who, one in part.groupby("participant_id", sort=False)
            ]
            rows.append({"observer": observer, "condition": condition, **_mean_kappa(found)})
    return pd.DataFrame(rows)


def _mean_kappa(found: Sequence[Consistency]) -> dict[str, float | int | str | None]:
    kappas = [one.kappa for one in found if one.kappa is not None]
    summary = summarise(np.array(kappas))
    undefined = len(found) - len(kappas)
    lost = f"kappa of {undefined} of {len(found)} people is not defined" if undefined else ""
    return {
        "people": summary.n,
        "pictures": float(np.mean([one.stimuli for one in found])) if found else None,
        "kappa": summary.mean,
        "sem": summary.sem,
        "sem_ddof0": summary.sem_ddof0,
        "note": "; ".join(note for note in (summary.note, lost) if note),
    }
