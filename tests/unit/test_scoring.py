"""Scoring and feedback."""

from app.sessions.schemas import Feedback
from app.sessions.scoring import feedback, is_correct


def test_only_the_category_itself_is_correct() -> None:
    assert is_correct("bear", "bear")
    assert not is_correct("bird", "bear")


def test_feedback_is_given_in_practice_only() -> None:
    assert feedback("practice", "bird", "bear") == Feedback(correct=False, answer="bear")
    assert feedback("practice", "bear", "bear") == Feedback(correct=True, answer="bear")
    assert feedback("main", "bear", "bear") is None
