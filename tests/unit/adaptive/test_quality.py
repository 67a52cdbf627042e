"""When measuring ends, and which results are doubted."""

import numpy as np
import pytest

from app.adaptive.estimate import estimate
from app.adaptive.procedure import Answer
from app.adaptive.quality import doubts, guesses, one_sided
from app.adaptive.stopping import StoppingRule

LEVELS = tuple(float(level) for level in np.geomspace(0.25, 4, 9))


def answered(threshold: float, slack: float = 0.0, each: int = 8) -> list[Answer]:
    """Right above the threshold, half right below, `slack` levels around it left out."""
    return [
        Answer(level, level >= threshold or trial % 2 == 0)
        for level in LEVELS
        for trial in range(each)
        if abs(np.log2(level / threshold)) >= slack
    ]


def test_a_threshold_among_the_levels_is_measured_well() -> None:
    found = estimate(answered(1.1), LEVELS)
    assert found.low < 1.0 < found.high
    assert doubts(found, LEVELS) == []


@pytest.mark.parametrize(
    ("threshold", "doubt"),
    [
        (0.01, "its threshold lies below the least level"),
        (99.0, "its threshold lies above the largest level"),
    ],
)
def test_a_threshold_beyond_the_levels_is_doubted(threshold: float, doubt: str) -> None:
    assert doubt in doubts(estimate(answered(threshold), LEVELS), LEVELS)


def test_few_answers_leave_a_wide_interval() -> None:
    found = estimate([Answer(1.0, True), Answer(1.0, False)], LEVELS)
    assert "its 95 % interval spans more than 2 octaves" in doubts(found, LEVELS)


def test_an_end_is_declared() -> None:
    answers = answered(1.1)
    few, many = estimate(answers[:4], LEVELS), estimate(answers, LEVELS)
    assert not StoppingRule(most=100).finished(many)
    assert StoppingRule(most=len(answers)).finished(many)
    assert StoppingRule(most=100, sd_octaves=0.5).finished(many)
    assert not StoppingRule(most=100, sd_octaves=99, least=16).finished(few)
    with pytest.raises(ValueError, match="sd_octaves above 0"):
        StoppingRule(most=10, sd_octaves=0.0)


def test_who_guesses_or_prefers_a_side_is_found_and_others_are_not() -> None:
    random = np.random.default_rng(3)
    guessing = sum(guesses(int(random.binomial(40, 0.5)), 40) for _ in range(200))
    able = sum(guesses(int(random.binomial(40, 0.95)), 40) for _ in range(200))
    assert guessing >= 195 and able == 0
    assert one_sided(120, 120) and one_sided(0, 120)
    fair = sum(one_sided(int(random.binomial(120, 0.5)), 120) for _ in range(500))
    assert fair <= 5
    assert not guesses(0, 0) and not one_sided(0, 0)
