"""Judging answers; pure."""

from collections.abc import Sequence

from app.sessions.schemas import Feedback
from synthesis.common.names import NO_ANSWER as NO_ANSWER
from synthesis.common.names import same_name


def can_be_given(answer: str, choices: Sequence[str], *, ends_unanswered: bool) -> bool:
    """Whether an answer is one of the choices, or says that there was none where a trial can end so."""
    return answer in choices or (ends_unanswered and answer == NO_ANSWER)


def is_correct(answer: str, right: str) -> bool:
    return same_name(answer, right)


def feedback(phase: str, answer: str, right: str) -> Feedback | None:
    """What the participant is told after answering: in practice the right answer, else nothing."""
    if phase != "practice":
        return None
    return Feedback(correct=is_correct(answer, right), answer=right)
