"""Judging answers; pure."""

from app.sessions.schemas import Feedback
from synthesis.common.names import same_name


def is_correct(answer: str, category: str) -> bool:
    return same_name(answer, category)


def feedback(phase: str, answer: str, category: str) -> Feedback | None:
    """What the participant is told after answering: in practice the right answer, else nothing."""
    if phase != "practice":
        return None
    return Feedback(correct=is_correct(answer, category), answer=category)


def breaks_after(practice: int, total: int, trials_between: int = 20) -> list[int]:
    """Indices of the trials that a break follows: at quarters of the main part, at most three.

    Short main parts have fewer breaks, so that at least `trials_between` trials lie between two.
    """
    main = total - practice
    parts = max(1, min(4, main // trials_between))
    return [practice + round(main * part / parts) - 1 for part in range(1, parts)]
