"""What was heard instead of a word: the most frequent errors, and how many of them are neighbours; pure."""

from collections.abc import Sequence

import pandas as pd

from app.analysis.measures.confusion import errors_of
from app.analysis.measures.neighbours import NEIGHBOUR, Pronunciations, error_distances, phoneme_distance


def word_errors(table: pd.DataFrame, pronunciations: Pronunciations) -> pd.DataFrame:
    """Every pair of a word and a wrong answer, most frequent first.

    Parameters
    ----------
    table
        A confusion table (`app.analysis.measures.confusion`).
    pronunciations
        Of the words; empty if there is no dictionary.

    Returns
    -------
    `word`, `answer`, `trials` and `conditions` (in how many it occurred), then `phonemes`, `neighbour` and
    `note` of `app.analysis.measures.neighbours.error_distances`.
    """
    pairs = errors_of(table).rename(columns={"category": "word"}).groupby(["word", "answer"])["trials"]
    counted = pairs.agg(["sum", "size"]).rename(columns={"sum": "trials", "size": "conditions"}).reset_index()
    ordered = counted.sort_values(["trials", "word", "answer"], ascending=[False, True, True])
    return error_distances(ordered.reset_index(drop=True), pronunciations)


def neighbour_shares(
    table: pd.DataFrame, conditions: Sequence[str], vocabulary: Sequence[str], pronunciations: Pronunciations
) -> pd.DataFrame:
    """How many errors are phonological neighbours of the word, per condition, beside what chance would give.

    Returns
    -------
    One row per condition: `errors`, `judged` (both words are in the dictionary), `neighbours` among these,
    their `share`, and `share_by_chance`: of answers drawn evenly from the other words of the vocabulary. A
    share of no errors is missing.
    """
    errors = errors_of(table).rename(columns={"category": "word"})
    found = error_distances(errors[["condition", "word", "answer", "trials"]], pronunciations)
    judged = found[found["phonemes"].notna()]
    by_chance = {word: _chance(word, vocabulary, pronunciations) for word in judged["word"].unique()}
    rows = []
    for condition in conditions:
        own = judged[judged["condition"] == condition]
        count, neighbours = int(own["trials"].sum()), int(own.loc[own["neighbour"], "trials"].sum())
        expected = float((own["word"].map(by_chance) * own["trials"]).sum()) if count else None
        rows.append(
            {
                "condition": condition,
                "errors": int(errors.loc[errors["condition"] == condition, "trials"].sum()),
                "judged": count,
                "neighbours": neighbours,
                "share": neighbours / count if count else None,
                "share_by_chance": None if expected is None else expected / count,
            }
        )
    return pd.DataFrame(rows)


def _chance(word: str, vocabulary: Sequence[str], pronunciations: Pronunciations) -> float:
    """The share of neighbours among the other words of the vocabulary whose sound is known."""
    others = [other for other in vocabulary if other != word]
    distances = [phoneme_distance(word, other, pronunciations) for other in others]
    known = [distance for distance in distances if distance is not None]
    return sum(distance <= NEIGHBOUR for distance in known) / len(known) if known else 0.0
