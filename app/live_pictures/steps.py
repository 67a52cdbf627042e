"""The levels that a study with pictures made live can ask for; pure."""

import math
from collections.abc import Sequence

STEPS_PER_OCTAVE = 8


def steps_of(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels from the least to the largest of `levels` (above 0, rising), each the same factor above the one
    before: as nearly `STEPS_PER_OCTAVE` to an octave as both ends allow.

    Raises `ValueError` for levels that do not rise.
    """
    least, largest = levels[0], levels[-1]
    if not 0 < least < largest:
        raise ValueError("levels: at least two are needed, above 0 and rising")
    octaves = math.log2(largest / least)
    number = max(1, round(STEPS_PER_OCTAVE * octaves))
    between = (least * 2 ** (octaves * step / number) for step in range(1, number))
    return (least, *between, largest)
