"""The numbers of the curve, against values worked out by hand."""

import math

import pandas as pd
import pytest

from app.analysis.measures.recognition import ConditionRecognition, Recognition, recognition, scores_of

CATEGORIES = ["bear", "bird", "boat", "car"]


def trials_of(*participants: tuple[int, dict[str, str]]) -> pd.DataFrame:
    """Scores from (participant, {condition: answers as 1 and 0})."""
    rows = [
        {"participant_id": who, "condition": condition, "correct": mark == "1"}
        for who, answers in participants
        for condition, marks in answers.items()
        for mark in marks
    ]
    return scores_of(pd.DataFrame(rows, columns=["participant_id", "condition", "correct"]))


def point(result: Recognition, condition: str) -> ConditionRecognition:
    return next(entry for entry in result.conditions if entry.condition == condition)


def test_mean_sem_and_interval_are_those_worked_out_by_hand() -> None:
    trials = trials_of((1, {"natural": "1111"}), (2, {"natural": "11"}), (3, {"natural": "1100"}))
    natural = point(recognition(trials, ["natural"], CATEGORIES), "natural")
    # By hand: proportions 1, 1, .5; mean 5/6; squared deviations 1/36 + 1/36 + 4/36 = 1/6.
    assert natural.participants == 3
    assert natural.trials == 10
    assert natural.proportion_correct == pytest.approx(5 / 6)
    assert natural.sem == pytest.approx(math.sqrt((1 / 6) / 2) / math.sqrt(3))  # = 1/6
    assert natural.sem == pytest.approx(1 / 6)
    assert natural.sem_ddof0 == pytest.approx(math.sqrt((1 / 6) / 3) / math.sqrt(3))
    # Student's t, 2 degrees of freedom, 97.5 %: 4.302653 (table). On log odds: log(5), and the derivative
    # 1 / (5/6 x 1/6) = 7.2 gives 7.2 x 4.302653 / 6 = 5.163184 to either side.
    assert natural.ci_low == pytest.approx(1 / (1 + math.exp(5.163184) / 5), abs=1e-6)
    assert natural.ci_high == pytest.approx(1 / (1 + math.exp(-5.163184) / 5), abs=1e-6)
    assert natural.sem_within is None  # of one condition
    assert natural.note == "within-participant SEM is not defined: it needs two conditions"


def test_the_within_participant_sem_is_the_one_worked_out_by_hand() -> None:
    """Rows less their means: -.25 .25 | 0 0; variance .03125, times 2 (Morey), over 2 participants."""
    trials = trials_of((1, {"natural": "00", "stem": "10"}), (2, {"natural": "11", "stem": "11"}))
    result = recognition(trials, ["natural", "stem", "head"], CATEGORIES)
    assert [entry.sem_within for entry in result.conditions] == [
        pytest.approx(math.sqrt(0.03125)), pytest.approx(math.sqrt(0.03125)), None,
    ]  # fmt: skip
    assert [entry.note for entry in result.conditions] == ["", "", "nobody saw this condition"]


def test_participants_weigh_the_same_however_many_trials_they_had() -> None:
    trials = trials_of((1, {"stem": "1"}), (2, {"stem": "0" * 9}))
    assert point(recognition(trials, ["stem"], CATEGORIES), "stem").proportion_correct == 0.5


def test_conditions_keep_the_order_of_the_study_and_not_of_the_alphabet() -> None:
    trials = trials_of((1, {"block10": "1", "block2": "1", "natural": "1"}))
    result = recognition(trials, ["natural", "block2", "block10"], CATEGORIES)
    assert [entry.condition for entry in result.conditions] == ["natural", "block2", "block10"]
    assert result.chance == 0.25


def test_a_condition_that_nobody_saw_is_listed_with_a_word() -> None:
    trials = trials_of((1, {"natural": "11"}), (2, {"natural": "10"}))
    unseen = point(recognition(trials, ["natural", "head"], CATEGORIES), "head")
    assert unseen == ConditionRecognition(
        condition="head", participants=0, trials=0, note="nobody saw this condition"
    )


def test_one_participant_has_a_mean_and_no_sem() -> None:
    alone = point(recognition(trials_of((7, {"natural": "1101"})), ["natural"], CATEGORIES), "natural")
    assert alone.proportion_correct == 0.75
    assert (alone.sem, alone.sem_ddof0, alone.ci_low, alone.ci_high) == (None, None, None, None)
    assert "not defined" in alone.note


def test_participants_all_alike_get_a_caveat() -> None:
    trials = trials_of(*((who, {"natural": "101"}) for who in range(5)))
    natural = point(recognition(trials, ["natural"], CATEGORIES), "natural")
    assert natural.sem == 0.0
    assert natural.sem_ddof0 == 0.0
    assert (natural.ci_low, natural.ci_high) == (None, None)
    assert "alike" in natural.note


def test_a_participant_without_trials_in_a_condition_is_not_in_its_mean() -> None:
    scores = trials_of((1, {"natural": "11"}), (2, {"natural": "10"}))
    scores.loc[0, ["trials", "correct"]] = 0  # every trial of the first was dropped
    result = recognition(scores, ["natural"], CATEGORIES)
    assert (result.participants, result.trials) == (1, 2)
    assert point(result, "natural").proportion_correct == 0.5


def test_two_rows_of_one_participant_and_condition_are_refused() -> None:
    scores = trials_of((1, {"natural": "11"}))
    with pytest.raises(ValueError, match="two rows of one condition"):
        recognition(pd.concat([scores, scores]), ["natural"], CATEGORIES)


def test_no_trials_at_all_give_an_empty_curve_and_no_nan() -> None:
    result = recognition(trials_of(), ["natural", "stem"], CATEGORIES)
    assert result.participants == 0
    assert [entry.proportion_correct for entry in result.conditions] == [None, None]


def test_a_wider_level_gives_a_wider_interval() -> None:
    trials = trials_of(*((who, {"stem": marks}) for who, marks in enumerate(["1100", "1000", "1110"])))
    usual, wide = (
        point(recognition(trials, ["stem"], CATEGORIES, level=level), "stem") for level in (0.5, 0.9)
    )
    assert wide.ci_low is not None and usual.ci_low is not None
    assert wide.ci_low < usual.ci_low < 0.5


def test_a_condition_that_the_study_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="does not have: tail"):
        recognition(trials_of((1, {"tail": "1"})), ["natural"], CATEGORIES)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        recognition(trials_of(), ["natural"], CATEGORIES, level=level)
