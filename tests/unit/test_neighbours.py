"""Distances in phonemes, with the real dictionary."""

import pandas as pd
import pytest

from app.analysis.measures.neighbours import (
    Pronunciations,
    cmu_pronunciations,
    error_distances,
    phoneme_distance,
)


@pytest.fixture(scope="module")
def dictionary() -> Pronunciations:
    return cmu_pronunciations()


@pytest.mark.parametrize(
    ("word", "other", "distance"),
    [
        ("cat", "cat", 0),
        ("two", "too", 0),  # homophones
        ("cat", "bat", 1),  # replaced
        ("cat", "at", 1),  # left out
        ("at", "cat", 1),  # added
        ("cat", "dog", 3),
        ("Cat", "BAT", 1),
        ("read", "red", 0),  # the nearest of its pronunciations
        ("permit", "permit", 0),
    ],
)
def test_distances_counted_by_hand(word: str, other: str, distance: int, dictionary: Pronunciations) -> None:
    assert phoneme_distance(word, other, dictionary) == distance
    assert phoneme_distance(other, word, dictionary) == distance


def test_stress_does_not_count() -> None:
    noun, verb = [["P", "ER1", "M", "IH2", "T"]], [["P", "ER0", "M", "IH1", "T"]]
    assert phoneme_distance("a", "b", {"a": noun, "b": verb}) == 0


def test_errors_get_their_distance_or_a_word(dictionary: Pronunciations) -> None:
    errors = pd.DataFrame(
        [("cat", "bat"), ("cat", "dog"), ("cat", "na"), ("cat", "qzxv")], columns=["word", "answer"]
    )
    table = error_distances(errors, dictionary)
    assert table["phonemes"].tolist() == [1, 3, pd.NA, pd.NA]
    assert table["neighbour"].tolist() == [True, False, pd.NA, pd.NA]
    assert table["note"].tolist() == ["", "", "no answer", "not in the dictionary: qzxv"]
