"""Stimuli that look or sound alike: a file saved again in another format is no unrelated stimulus.

One such pair in a null raises its maximum so far that hardly any metamer passes.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.nulls import LookAlike

Fingerprint = NDArray[np.float32]


class LookAlikes:
    """Finds, among stimuli that are shown one after another, those that resemble an earlier one.

    `least` is the likeness from which on two count as one (`synthesis.media.medium.Medium.alike`).
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self._names: list[str] = []
        self._prints: list[NDArray[np.float32]] = []
        self._rows: NDArray[np.float32] | None = None

    def add(self, name: str, fingerprint: Fingerprint) -> LookAlike | None:
        """The earlier stimulus that this one resembles most, if any does; else it is remembered.

        `fingerprint` is (variants, size), each row of norm 1: the stimulus itself, then ways in which it may
        have been changed, such as its mirror image.
        """
        if (found := self._nearest(name, fingerprint)) is not None:
            return found
        self._names.append(name)
        self._prints.append(fingerprint[0])
        self._rows = None
        return None

    def _nearest(self, name: str, fingerprint: Fingerprint) -> LookAlike | None:
        if not self._prints:
            return None
        if self._rows is None:
            self._rows = np.stack(self._prints)
        likeness = (self._rows @ fingerprint.T).max(axis=1)
        place = int(likeness.argmax())
        if likeness[place] < self._least:
            return None
        alike = round(float(likeness[place]), 4)
        return LookAlike(kept=self._names[place], left_out=name, likeness=alike)


def in_words(found: Sequence[LookAlike], what: str, shown: int = 3) -> Iterator[str]:
    """One line that counts and names them, if there are any; `what` says what they are."""
    if found:
        pairs = "; ".join(f"{pair.left_out} resembles {pair.kept}" for pair in found[:shown])
        more = "; ..." if len(found) > shown else ""
        yield f"{what}: {len(found)} ({pairs}{more})"
