"""Scoring, feedback and breaks."""

import pytest

from app.sessions.schemas import Feedback
from app.sessions.scoring import breaks_after, feedback, is_correct


def test_only_the_category_itself_is_correct() -> None:
    assert is_correct("bear", "bear")
    assert not is_correct("bird", "bear")


def test_feedback_is_given_in_practice_only() -> None:
    assert feedback("practice", "bird", "bear") == Feedback(correct=False, answer="bear")
    assert feedback("practice", "bear", "bear") == Feedback(correct=True, answer="bear")
    assert feedback("main", "bear", "bear") is None


@pytest.mark.parametrize(
    ("practice", "main", "expected"),
    [
        (16, 400, [115, 215, 315]),  # after 100, 200 and 300 main trials
        (4, 60, [23, 43]),  # three parts of 20
        (4, 40, [23]),
        (4, 39, []),
        (4, 0, []),
    ],
)
def test_breaks_are_at_quarters_but_not_too_often(practice: int, main: int, expected: list[int]) -> None:
    assert breaks_after(practice, practice + main) == expected
