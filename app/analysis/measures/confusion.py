"""What was answered to what: confusion counts and response entropy; pure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthesis.common.names import composed

NO_ANSWER = "na"
CELL = ["condition", "category", "answer"]
# Beyond so many categories a matrix is neither filled nor read.
LARGEST_MATRIX = 40


def confusion(counts: pd.DataFrame, conditions: Sequence[str], categories: Sequence[str]) -> pd.DataFrame:
    """The full table: every condition x category x answer, with "na" (no answer) as the last answer.

    Parameters
    ----------
    counts
        Numbers of trials (column `trials`) by `condition`, `category` and `answer`; rows of the same three
        are summed. "na" in any case is no answer.
    conditions, categories
        All of them, in the order of the table.

    Returns
    -------
    The columns `condition`, `category`, `answer`, `trials`, and `share` of the category's trials in this
    condition, in [0, 1]; missing where there were none.

    Raises
    ------
    ValueError
        A condition, category or answer is unknown; the message names it.
    """
    listed = [composed(category) for category in categories]
    cells = pd.MultiIndex.from_product([conditions, listed, [*listed, NO_ANSWER]], names=CELL)
    return _with_shares(_summed(counts, conditions, categories).reindex(cells, fill_value=0))


def confusion_of(counts: pd.DataFrame, conditions: Sequence[str], categories: Sequence[str]) -> pd.DataFrame:
    """The full table, or with many categories only its cells that were ever filled, in the same order.

    With 587 words and ten conditions the full one has more than three million cells.
    """
    if len(categories) <= LARGEST_MATRIX:
        return confusion(counts, conditions, categories)
    listed = [composed(category) for category in categories]
    orders = zip(CELL, (conditions, listed, [*listed, NO_ANSWER]), strict=True)
    places = {level: {name: place for place, name in enumerate(names)} for level, names in orders}
    filled = _summed(counts, conditions, categories)
    return _with_shares(filled.sort_index(key=lambda names: names.map(places[names.name])))


def errors_of(table: pd.DataFrame) -> pd.DataFrame:
    """The cells of a confusion table in which something else was answered than was right."""
    wrong = (table["answer"] != table["category"]) & (table["answer"] != NO_ANSWER) & (table["trials"] > 0)
    return table[wrong]


def _summed(counts: pd.DataFrame, conditions: Sequence[str], categories: Sequence[str]) -> pd.Series:
    """Trials by condition, category and answer, composed (NFC). Raises `ValueError` for unknown ones."""
    categories = [composed(category) for category in categories]
    given = counts.assign(
        answer=counts["answer"].map(lambda name: NO_ANSWER if is_na(name) else composed(str(name))),
        category=counts["category"].map(composed),
    )
    _refuse_unknown("condition", given["condition"], conditions)
    _refuse_unknown("category", given["category"], categories)
    _refuse_unknown("answer", given["answer"], [*categories, NO_ANSWER])
    return given.groupby(CELL)["trials"].sum()


def _with_shares(cells: pd.Series) -> pd.DataFrame:
    table = cells.astype(int).reset_index()
    shown = table.groupby(["condition", "category"])["trials"].transform("sum")
    return table.assign(share=(table["trials"] / shown).where(shown > 0))


def answer_counts(trials: pd.DataFrame) -> pd.DataFrame:
    """The counts that `confusion` takes, from one row per trial."""
    return trials.groupby(["condition", "category", "answer"]).size().rename("trials").reset_index()


def response_entropy(table: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """How evenly answers spread, in bits, per condition, from a confusion table.

    `entropy_bits` is -sum p log2 p over all answers of the condition; 0 if everybody always gives one answer,
    log2(number of answers) if all are equally frequent. `entropy_given_category_bits` is the mean over
    categories of the same within a category: low where people agree, right or wrong. Both are plug-in
    estimates, too low with few trials. A condition without trials has missing numbers.
    """
    rows = []
    for condition in conditions:
        part = table[table["condition"] == condition]
        matrix = part.pivot(index="category", columns="answer", values="trials").fillna(0)
        by_category = matrix.to_numpy(float)
        shown = by_category[by_category.sum(axis=1) > 0]
        given = [_entropy_bits(row) for row in shown]
        rows.append(
            {
                "condition": condition,
                "trials": int(by_category.sum()),
                "entropy_bits": _entropy_bits(shown.sum(axis=0)) if len(shown) else None,
                "entropy_given_category_bits": float(np.mean(given)) if given else None,
            }
        )
    return pd.DataFrame(rows)


def is_na(answer: object) -> bool:
    return str(answer).strip().lower() == NO_ANSWER


def _entropy_bits(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # + 0.0: no negative zero


def _refuse_unknown(what: str, found: pd.Series, known: Sequence[str]) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ValueError(f"unknown {what} {unknown[0]!r}; known: {', '.join(known)}")
