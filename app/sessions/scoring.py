"""Judging answers; pure."""

from app.sessions.schemas import Feedback
from synthesis.common.names import same_name


def is_correct(answer: str, right: str) -> bool:
    return same_name(answer, right)


def feedback(phase: str, answer: str, right: str) -> Feedback | None:
    """What the participant is told after answering: in practice the right answer, else nothing."""
    if phase != "practice":
        return None
    return Feedback(correct=is_correct(answer, right), answer=right)
