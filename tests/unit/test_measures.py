"""Confusion, entropy, error consistency, difficulty, response times, learning: against values by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from app.analysis.measures.confusion import answer_counts, confusion, response_entropy
from app.analysis.measures.consistency import consistency_with_people, error_consistency, pairwise_consistency
from app.analysis.measures.difficulty import item_difficulty
from app.analysis.measures.learning import learning_curve
from app.analysis.measures.response_times import response_times
from app.analysis.statistics.summary import summarise

PETS = ["cat", "dog"]


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


# Confusion


def test_every_cell_of_every_condition_is_there_and_na_is_the_last_answer() -> None:
    counts = frame(
        "condition category answer trials",
        ("natural", "cat", "cat", 3), ("natural", "cat", "dog", 1), ("natural", "cat", "NA", 1),
    )  # fmt: skip
    table = confusion(counts, ["natural", "head"], PETS)
    assert len(table) == 2 * 2 * 3
    assert table["answer"].tolist()[:3] == ["cat", "dog", "na"]
    cats = table[(table["condition"] == "natural") & (table["category"] == "cat")]
    assert cats["trials"].tolist() == [3, 1, 1]
    assert cats["share"].tolist() == [0.6, 0.2, 0.2]
    assert table[table["category"] == "dog"]["share"].isna().all()  # nobody saw a dog


def test_the_same_from_single_trials() -> None:
    trials = frame("condition category answer", ("natural", "cat", "dog"), ("natural", "cat", "dog"))
    table = confusion(answer_counts(trials), ["natural"], PETS)
    assert table["trials"].tolist() == [0, 2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("nature", "cat", "cat", 1), "unknown condition 'nature'; known: natural"),
        (("natural", "cow", "cat", 1), "unknown category 'cow'; known: cat, dog"),
        (("natural", "cat", "Cat", 1), "unknown answer 'Cat'; known: cat, dog, na"),
    ],
)
def test_unknown_labels_are_refused_by_name(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        confusion(frame("condition category answer trials", row), ["natural"], PETS)


def test_entropy_of_constant_answers_is_0_and_of_even_ones_1_bit() -> None:
    counts = frame(
        "condition category answer trials",
        ("a", "cat", "cat", 5), ("a", "dog", "cat", 5),
        ("b", "cat", "cat", 5), ("b", "dog", "dog", 5),
        ("c", "cat", "cat", 3), ("c", "cat", "dog", 1),
    )  # fmt: skip
    table = confusion(counts, list("abcd"), PETS)
    entropy = response_entropy(table, list("abcd")).set_index("condition")
    assert entropy.loc["a", "entropy_bits"] == 0
    assert entropy.loc["b", "entropy_bits"] == 1  # evenly spread, but without doubt within a category
    assert entropy.loc["b", "entropy_given_category_bits"] == 0
    # By hand: -(3/4 log2 3/4 + 1/4 log2 1/4).
    assert entropy.loc["c", "entropy_bits"] == pytest.approx(0.811278, abs=1e-6)
    assert math.isnan(entropy.loc["d", "entropy_bits"]) and entropy.loc["d", "trials"] == 0


# Error consistency


def bits(text: str) -> np.ndarray:
    return np.array([mark == "1" for mark in text])


def test_kappa_worked_out_by_hand() -> None:
    # p_a = 6/8, p_b = 5/8; alike on 5 of 8; expected = .75 x .625 + .25 x .375 = .5625.
    found = error_consistency(bits("11111100"), bits("11110001"[::-1]))
    assert (found.accuracy_a, found.accuracy_b, found.stimuli) == (0.75, 0.625, 8)
    assert found.observed == pytest.approx(3 / 8)
    assert found.expected == pytest.approx(0.5625)
    assert found.kappa == pytest.approx((0.375 - 0.5625) / (1 - 0.5625))


def test_identical_observers_have_kappa_1_and_opposite_ones_less_than_0() -> None:
    assert error_consistency(bits("1100"), bits("1100")).kappa == 1
    assert error_consistency(bits("1100"), bits("0011")).kappa == -1


def test_independent_observers_have_kappa_0() -> None:
    random = np.random.default_rng(5)
    found = error_consistency(random.random(200_000) < 0.7, random.random(200_000) < 0.4)
    assert found.kappa == pytest.approx(0, abs=0.01)  # SE about 0.002


@pytest.mark.parametrize("both", ["111", "000"])
def test_without_variance_kappa_is_not_defined_and_says_so(both: str) -> None:
    found = error_consistency(bits(both), bits(both))
    assert found.kappa is None and "not defined" in found.note


def test_pairs_are_compared_on_the_stimuli_that_both_saw() -> None:
    answers = frame(
        "observer condition stimulus correct",
        ("ann", "natural", "s1", True), ("ann", "natural", "s2", False), ("ann", "natural", "s3", True),
        ("bob", "natural", "s2", False), ("bob", "natural", "s3", True), ("bob", "natural", "s4", True),
        ("bob", "natural", "s2", True),  # a second time: the first counts
        ("cat", "natural", "s9", True),
    )  # fmt: skip
    table = pairwise_consistency(answers, ["natural", "head"]).set_index(["observer_a", "observer_b"])
    assert len(table) == 3
    assert table.loc[("ann", "bob"), "stimuli"] == 2
    assert table.loc[("ann", "bob"), "kappa"] == 1
    assert table.loc[("bob", "cat"), "note"] == "no stimulus in common"
    with pytest.raises(ValueError, match="stimuli"):
        error_consistency(bits("11"), bits("1"))


# Difficulty, response times, learning


def test_items_are_sorted_by_difficulty_with_their_most_frequent_answer() -> None:
    trials = frame(
        "natural_id category condition answer correct",
        ("n1", "cat", "natural", "cat", True), ("n1", "cat", "natural", "dog", False),
        ("n2", "dog", "natural", "cat", False), ("n2", "dog", "natural", "cat", False),
        ("n2", "dog", "natural", "dog", True),
    )  # fmt: skip
    table = item_difficulty(trials)
    assert table["natural_id"].tolist() == ["n2", "n1"]
    assert table["proportion_correct"].tolist() == [pytest.approx(1 / 3), 0.5]
    assert table["most_given"].tolist() == ["cat", "cat"]  # of equals the alphabetically first
    assert table["most_given_share"].tolist() == [pytest.approx(2 / 3), 0.5]


def test_response_times_are_means_of_medians() -> None:
    trials = frame(
        "participant_id condition correct rt_ms",
        (1, "natural", True, 100.0), (1, "natural", True, 200.0), (1, "natural", True, 900.0),
        (2, "natural", True, 400.0), (2, "natural", False, 1000.0),
    )  # fmt: skip
    table = response_times(trials, ["natural", "head"]).set_index(["condition", "answers"])
    assert table.loc[("natural", "right"), "mean"] == 300  # of 200 and 400
    assert table.loc[("natural", "right"), "sem"] == pytest.approx(100)  # SD 141.4 / root 2
    assert table.loc[("natural", "all"), "mean"] == 450  # of 200 and 700
    assert table.loc[("natural", "wrong"), "n"] == 1
    assert "not defined" in table.loc[("natural", "wrong"), "note"]
    assert table.loc[("head", "all"), "n"] == 0


def test_learning_is_seen_block_by_block() -> None:
    rows = [(who, index, index >= 4, 500.0 - index) for who in (1, 2) for index in range(8)]
    table = learning_curve(frame("participant_id trial_index correct rt_ms", *rows), blocks=4)
    assert table["proportion_correct"].tolist() == [0, 0, 1, 1]
    assert table["trials"].tolist() == [4, 4, 4, 4]
    assert table["rt_ms"].tolist() == [499.5, 497.5, 495.5, 493.5]
    assert all("alike" in note for note in table["note"])


def test_few_trials_give_fewer_blocks_and_none_an_empty_table() -> None:
    rows = [(1, index, True, 1.0) for index in (3, 7, 9)]
    trials = frame("participant_id trial_index correct rt_ms", *rows)
    assert learning_curve(trials, blocks=8)["block"].tolist() == [1, 2, 3]
    assert learning_curve(trials.iloc[:0]).empty


def test_summary_of_nobody_one_and_two() -> None:
    assert summarise(np.array([])).mean is None
    assert summarise(np.array([0.5])).sem is None
    two = summarise(np.array([0.0, 1.0]))
    assert (two.sem, two.sem_ddof0) == (pytest.approx(0.5), pytest.approx(0.5 / math.sqrt(2)))


def test_consistency_with_people_is_the_mean_of_each_ones_kappa() -> None:
    """By hand. Person 1: right wrong right wrong as the network, kappa 1; person 2: the reverse, kappa -1."""
    marks = {1: "1010", 2: "0101", 3: "1111"}
    people = pd.DataFrame(
        [
            (who, "stem", name, mark == "1")
            for who, row in marks.items()
            for name, mark in zip("abcd", row, strict=True)
        ],
        columns=["participant_id", "condition", "natural_id", "correct"],
    )
    network = pd.DataFrame(
        [("net", "stem", name, mark == "1") for name, mark in zip("abcde", "10100", strict=True)],
        columns=["observer", "condition", "stimulus", "correct"],
    )
    stem, head = consistency_with_people(people, network, ["stem", "head"]).to_dict("records")
    # Person 3 is always right: observed .5, expected .5, so kappa is 0. Mean 0, SD 1, N 3.
    assert (stem["people"], stem["pictures"], stem["kappa"]) == (3, 4, 0)
    assert stem["sem"] == pytest.approx(1 / np.sqrt(3))
    assert (head["people"], head["note"]) == (0, "no participant")
    always = network.assign(correct=True)
    (undefined,) = consistency_with_people(people, always, ["stem"]).to_dict("records")
    assert undefined["people"] == 2
    assert undefined["note"].endswith("kappa of 1 of 3 people is not defined")
