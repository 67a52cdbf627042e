"""What an adaptive procedure is: from the answers so far to the level that is shown next; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """One answered trial of a dimension: the level as measured on the image that was shown, and whether the
    answer was right."""

    level: float
    right: bool


class Procedure(Protocol):
    """Chooses levels for one dimension; it keeps nothing between two choices."""

    def choose(self, answers: Sequence[Answer], levels: Sequence[float]) -> int:
        """The index in `levels` (above 0, rising) of the level to show after these answers, in their order.

        The same arguments give the same level. Raises `ValueError` for levels that do not rise.
        """
