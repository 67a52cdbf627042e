"""Confusions among many words, and how near the errors are, with the real dictionary."""

import pandas as pd
import pytest

from app.analysis.measures.confusion import (
    LARGEST_MATRIX,
    confusion,
    confusion_of,
    errors_of,
    response_entropy,
)
from app.analysis.measures.neighbours import NO_DICTIONARY, cmu_pronunciations
from app.analysis.measures.word_errors import neighbour_shares, word_errors
from app.analysis.statistics.signal_detection import detection_table

CONDITIONS = ["natural", "relu0", "relu4"]
FEW = ["bat", "cat", "dog", "don\u2019t", "natural"]
MANY = [*FEW, *(f"word{number}" for number in range(LARGEST_MATRIX))]
COUNTS = pd.DataFrame(
    [
        ("relu0", "cat", "bat", 2),
        ("relu0", "cat", "dog", 1),
        ("natural", "cat", "cat", 4),
        ("natural", "dog", "dog", 3),
        ("natural", "natural", "bat", 1),
        ("relu0", "dog", "na", 5),
        ("relu0", "don\u2019t", "cat", 1),
    ],
    columns=["condition", "category", "answer", "trials"],
)


def test_with_many_words_only_the_filled_cells_are_listed_in_the_same_order() -> None:
    table = confusion_of(COUNTS, CONDITIONS, MANY)
    full = confusion(COUNTS, CONDITIONS, MANY)
    assert len(full) == len(CONDITIONS) * len(MANY) * (len(MANY) + 1)
    filled = full[full["trials"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, filled)
    # Of 3 trials with cat at relu0, 2 were answered bat.
    assert table.set_index(["condition", "category", "answer"])["share"]["relu0", "cat", "bat"] == 2 / 3
    assert len(confusion_of(COUNTS, CONDITIONS, FEW)) == len(CONDITIONS) * len(FEW) * (len(FEW) + 1)


def test_measures_of_the_short_table_are_those_of_the_full_one() -> None:
    short, full = confusion_of(COUNTS, CONDITIONS, MANY), confusion(COUNTS, CONDITIONS, MANY)
    pd.testing.assert_frame_equal(response_entropy(short, CONDITIONS), response_entropy(full, CONDITIONS))
    pd.testing.assert_frame_equal(
        detection_table(short, MANY, CONDITIONS), detection_table(full, MANY, CONDITIONS)
    )


def test_no_answers_give_an_empty_table() -> None:
    nothing = confusion_of(COUNTS.iloc[:0], CONDITIONS, MANY)
    assert nothing.empty and "share" in nothing
    assert response_entropy(nothing, CONDITIONS)["trials"].tolist() == [0, 0, 0]
    assert word_errors(nothing, cmu_pronunciations()).empty
    assert neighbour_shares(nothing, CONDITIONS, MANY, cmu_pronunciations())["share"].isna().all()


def test_errors_are_neither_right_nor_no_answer() -> None:
    errors = errors_of(confusion_of(COUNTS, CONDITIONS, FEW))
    assert errors["trials"].tolist() == [1, 2, 1, 1]
    assert "na" not in set(errors["answer"])


def test_pairs_are_counted_over_conditions_most_frequent_first() -> None:
    more = pd.concat([COUNTS, pd.DataFrame([("relu4", "cat", "dog", 4)], columns=COUNTS.columns)])
    table = word_errors(confusion_of(more, CONDITIONS, MANY), cmu_pronunciations())
    pairs = table[["word", "answer", "trials", "conditions"]].to_numpy().tolist()
    assert pairs == [
        ["cat", "dog", 5, 2],
        ["cat", "bat", 2, 1],
        ["don\u2019t", "cat", 1, 1],
        ["natural", "bat", 1, 1],
    ]
    assert table["phonemes"].tolist()[:2] == [3, 1]
    assert table["neighbour"].tolist()[:2] == [False, True]
    assert table["note"].tolist() == [""] * 4  # the typographic apostrophe is looked up as the plain one


def test_without_a_dictionary_that_is_said() -> None:
    table = word_errors(confusion_of(COUNTS, CONDITIONS, MANY), {})
    assert set(table["note"]) == {NO_DICTIONARY}
    assert table["phonemes"].isna().all()


def test_the_share_of_neighbours_stands_beside_that_of_chance() -> None:
    """By hand: cat has one neighbour (bat) among the four other words, don't has none."""
    shares = neighbour_shares(confusion_of(COUNTS, CONDITIONS, FEW), CONDITIONS, FEW, cmu_pronunciations())
    row = shares.set_index("condition").loc["relu0"]
    assert row[["errors", "judged", "neighbours"]].tolist() == [4, 4, 2]
    assert row["share"] == 0.5
    assert row["share_by_chance"] == pytest.approx((3 * 1 / 4 + 0) / 4)
    unseen = shares.set_index("condition").loc["relu4"]
    assert unseen["errors"] == 0 and pd.isna(unseen["share"])


def test_words_that_the_dictionary_lacks_are_not_judged() -> None:
    counts = pd.DataFrame([("natural", "cat", "word3", 2)], columns=COUNTS.columns)
    shares = neighbour_shares(
        confusion_of(counts, CONDITIONS, MANY), CONDITIONS, MANY, cmu_pronunciations()
    ).iloc[0]
    assert (shares["errors"], shares["judged"]) == (2, 0)
    assert pd.isna(shares["share"])
