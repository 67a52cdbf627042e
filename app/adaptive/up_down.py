"""The staircase of the published experiment; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.adaptive.procedure import Answer


@dataclass(frozen=True)
class TwoDownOneUp:
    """Two right answers running make the next trial a level harder, a wrong one a level easier.

    It starts at the largest level and settles where 70.7 % are right (Levitt 1971, J. Acoust. Soc. Am. 49).
    With levels that are one step apart it is the staircase of Kamao et al. 2025 (start 51, step 10, least
    level 1 for conv1).
    """

    def choose(self, answers: Sequence[Answer], levels: Sequence[float]) -> int:
        last = len(levels) - 1
        index, right_running = last, 0
        for answer in answers:
            right_running = right_running + 1 if answer.right else 0
            if not answer.right:
                index = min(index + 1, last)
            elif right_running == 2:
                index, right_running = max(index - 1, 0), 0
        return index
