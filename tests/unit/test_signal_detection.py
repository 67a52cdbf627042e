"""d' and criterion: against tables and values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.statistics.signal_detection import METAMERS, d_prime_of_choice, detection_table, detections

CATEGORIES = ["bear", "bird", "boat"]


def test_detections_are_those_worked_out_by_hand() -> None:
    """Bear: 9 hits of 9, 1 false alarm of 18: h = 9.5 / 10, f = 1.5 / 19; z = 1.64485 and -1.41219."""
    bear, bird, boat = detections([[9, 0, 0], [1, 8, 0], [0, 0, 9]], CATEGORIES)
    assert (bear.signal_trials, bear.noise_trials) == (9, 18)
    assert (bear.hit_rate, bear.false_alarm_rate) == (1, 1 / 18)
    assert bear.d_prime == pytest.approx(1.64485 + 1.41219, abs=1e-4)
    assert bear.criterion == pytest.approx(-(1.64485 - 1.41219) / 2, abs=1e-4)
    # Boat: 9 of 9 hits, no false alarm of 18; the correction keeps d' finite: f = .5 / 19, z = -1.93798.
    assert boat.d_prime == pytest.approx(1.64485 + 1.93798, abs=1e-4)
    assert bird.criterion is not None and bear.criterion < bird.criterion  # bear is answered more


def test_no_answer_is_neither_a_hit_nor_a_false_alarm() -> None:
    """With "na" as a further column: bear 4 hits of 9, no false alarm of 18."""
    bear = detections([[4, 0, 0, 5], [0, 9, 0, 0], [0, 0, 9, 0]], CATEGORIES)[0]
    assert (bear.signal_trials, bear.hit_rate, bear.false_alarm_rate) == (9, 4 / 9, 0)


def test_guessing_has_no_sensitivity_and_a_liking_is_a_negative_criterion() -> None:
    guessing = detections([[200, 200, 200]] * 3, CATEGORIES)
    assert [entry.d_prime for entry in guessing] == pytest.approx([0] * 3, abs=0.01)
    always_bear = detections([[200, 0, 0]] * 3, CATEGORIES)
    assert always_bear[0].d_prime == pytest.approx(0, abs=0.3)
    assert always_bear[0].criterion is not None and always_bear[0].criterion < -2


def test_a_category_that_was_never_shown_gets_a_word() -> None:
    bear, bird, _ = detections([[0, 0, 0], [1, 8, 0], [0, 0, 0]], CATEGORIES)
    assert (bear.d_prime, bear.criterion, bear.hit_rate) == (None, None, None)
    assert bear.note == "never shown: d' is not defined"
    assert bird.note == "nothing else was shown: d' is not defined"


@pytest.mark.parametrize(
    ("alternatives", "proportion", "d_prime"),
    [
        # Two alternatives have a closed form, d' = sqrt(2) z(pc); chance is d' = 0.
        (2, 0.76, 1.0),
        (2, 0.5, 0.0),
        (4, 0.25, 0.0),
        (16, 1 / 16, 0.0),
    ],
)
def test_d_prime_of_a_choice_is_the_known_one(alternatives: int, proportion: float, d_prime: float) -> None:
    assert d_prime_of_choice(proportion, alternatives) == pytest.approx(d_prime, abs=0.01)


def test_d_prime_of_a_choice_recovers_a_simulated_observer() -> None:
    random = np.random.default_rng(3)
    evidence = random.normal(size=(400_000, 16))
    evidence[:, 0] += 1.7
    correct = float((evidence.argmax(axis=1) == 0).mean())
    assert d_prime_of_choice(correct, 16) == pytest.approx(1.7, abs=0.02)
    assert d_prime_of_choice(0.02, 16) < 0


@pytest.mark.parametrize(("proportion", "alternatives"), [(0, 4), (1, 4), (0.5, 1), (1 - 1e-15, 16)])
def test_d_prime_that_is_not_defined_is_refused(proportion: float, alternatives: int) -> None:
    with pytest.raises(ValueError, match="d' of"):
        d_prime_of_choice(proportion, alternatives)


@pytest.mark.parametrize("confusion", [[[1, 2], [3, 4]], [[1, 2], [3, 4], [5, 6]], [[-1, 0, 0]] * 3])
def test_a_confusion_that_does_not_fit_is_refused(confusion: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="confusion"):
        detections(confusion, CATEGORIES)


def test_the_detections_of_a_confusion_table_are_those_of_its_counts() -> None:
    rows = [
        (condition, category, answer, trials)
        for condition, counts in {
            "natural": [9, 1, 0, 10],
            "stem": [5, 5, 4, 6],
            "head": [1, 1, 1, 1],
        }.items()
        for (category, answer), trials in zip(
            [("bear", "bear"), ("bear", "cat"), ("cat", "bear"), ("cat", "cat")], counts, strict=True
        )
    ]
    rows.append(("natural", "bear", "na", 2))
    cells = pd.DataFrame(rows, columns=["condition", "category", "answer", "trials"])
    table = detection_table(cells, ["bear", "cat"], ["natural", "stem", "head"])
    assert list(dict.fromkeys(table["condition"])) == ["natural", "stem", "head", METAMERS]
    first, last = table.iloc[0], table.iloc[-1]
    assert vars(detections([[9, 1, 2], [0, 10, 0]], ["bear", "cat"])[0]) == first.drop("condition").to_dict()
    assert vars(detections([[6, 6], [5, 7]], ["bear", "cat"])[1]) == last.drop("condition").to_dict()
