"""Who guesses or prefers one answer, and what of the data is to be doubted; pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from app.adaptive.quality import guesses, one_sided
from app.analysis.thresholds.dimensions import MeasuredDimension
from app.analysis.wording import plural

FIRST = "first"
OBSERVER_COLUMNS = {
    "participant_id": "Int64", "participant_excluded": object, "main_trials": "Int64",
    "catch_trials": "Int64", "catch_right": "Int64", "easiest_trials": "Int64", "easiest_right": "Int64",
    "answers": "Int64", "first": "Int64", "fell_back": "Int64", "guesses": "boolean",
    "one_sided": "boolean",
}  # fmt: skip


def observer_table(trials: pd.DataFrame, dimensions: Sequence[MeasuredDimension]) -> pd.DataFrame:
    """One row per participant who answered a main or a catch trial: `OBSERVER_COLUMNS`.

    The easiest trials are catch trials and main trials at the largest level; practice does not count.
    """
    largest = {one.id: len(one.targets) - 1 for one in dimensions}
    by_id = {one.id: one for one in dimensions}
    answered = trials[trials["phase"].ne("practice") & trials["correct"].notna()]
    answered = answered[answered["dimension"].isin(list(by_id))]
    easiest = [
        phase == "catch" or by_id[dimension].nearest(level) == largest[dimension]
        for phase, dimension, level in zip(
            answered["phase"], answered["dimension"], answered["level"], strict=True
        )
    ]
    answered = answered.assign(easiest=pd.Series(easiest, index=answered.index, dtype=bool))
    rows = [_observer(who, own) for who, own in answered.groupby("participant_id")]
    return pd.DataFrame(rows, columns=list(OBSERVER_COLUMNS)).astype(OBSERVER_COLUMNS)


def _observer(who: Any, own: pd.DataFrame) -> dict[str, Any]:
    right, catch, easiest = own["correct"].astype(bool), own["phase"].eq("catch"), own["easiest"]
    first = int(own["answer"].eq(FIRST).sum())
    found = {"easiest_trials": int(easiest.sum()), "easiest_right": int(right[easiest].sum())}
    return {
        "participant_id": who,
        "participant_excluded": own["participant_excluded"].iloc[0],
        "main_trials": int((~catch).sum()),
        "catch_trials": int(catch.sum()),
        "catch_right": int(right[catch].sum()),
        **found,
        "answers": len(own),
        "first": first,
        "fell_back": int(own["fell_back"].sum()),
        "guesses": guesses(found["easiest_right"], found["easiest_trials"]),
        "one_sided": one_sided(first, len(own)),
    }


def warnings(observers: pd.DataFrame, fits: pd.DataFrame) -> tuple[str, ...]:
    """What is to be doubted, a line each; nobody is left out by it.

    `observers` is `observer_table`, `fits` that of `fits.threshold_table`; participants who are left out are
    passed over.
    """
    counting = observers[observers["participant_excluded"].eq("")]
    return (
        *_of_people(counting),
        *_of_fits(fits[fits["participant_excluded"].eq("")]),
        *_of_pictures(counting),
    )


def _of_people(observers: pd.DataFrame) -> Iterator[str]:
    for row in observers[observers["guesses"]].itertuples():
        yield (
            f"Participant {row.participant_id} may have guessed: {row.easiest_right} of "
            f"{plural(row.easiest_trials, 'trial')} at the largest level right."
        )
    for row in observers[observers["one_sided"]].itertuples():
        yield (
            f"Participant {row.participant_id} prefers one answer: “first” in {row.first} of "
            f"{plural(row.answers, 'trial')}, where it was right in half."
        )


def _of_fits(fits: pd.DataFrame) -> Iterator[str]:
    doubted = fits[fits["doubts"].ne("")]
    for dimension, own in doubted.groupby("dimension", sort=False):
        of_all = int(fits["dimension"].eq(dimension).sum())
        reasons = own["doubts"].str.split("; ").explode().value_counts(sort=False)
        told = "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
        people = f"{len(own)} of {plural(of_all, 'participant')}"
        yield f"Dimension {dimension} is not measured well in {people}: {told}."


def _of_pictures(observers: pd.DataFrame) -> Iterator[str]:
    fell_back, answers = int(observers["fell_back"].sum()), int(observers["answers"].sum())
    if fell_back:
        yield (
            f"In {fell_back} of {plural(answers, 'trial')} ({fell_back / answers:.1%}) the picture that was "
            "asked for was not there in time, and the nearest level was shown."
        )
