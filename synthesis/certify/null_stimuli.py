"""Choosing the stimuli of a null: different ones, as many as its pairs need."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synthesis.bundle.nulls import LookAlike
from synthesis.certify.look_alikes import LookAlikes
from synthesis.media.medium import Medium, Stimulus


class NullStimuli:
    """Takes stimuli for a null, and leaves out each that looks or sounds like an earlier one.

    `left_out` lists these. `prepare` is one of the medium's ways to prepare a file.
    """

    def __init__(self, medium: Medium, prepare: str) -> None:
        self.medium, self.prepare = medium, prepare
        self.left_out: list[LookAlike] = []
        self._seen = LookAlikes(medium.alike)

    def differs(self, name: str, stimulus: Stimulus) -> bool:
        """Whether the stimulus is unlike all before; it counts among these from now on."""
        alike = self._seen.add(name, self.medium.fingerprint(stimulus))
        if alike is not None:
            self.left_out.append(alike)
        return alike is None

    def choose(self, files: Sequence[tuple[str, Path]], wanted: int) -> Iterator[tuple[str, Stimulus]]:
        """(name, stimulus) of at most `wanted` files, in random order, the same for the same files.

        `files` are names and paths. Raises `UserError` for a file that cannot be shown.
        """
        order = np.random.default_rng(0).permutation(len(files))
        taken = 0
        for place in order:
            if taken == wanted:
                return
            name, path = files[place]
            stimulus = self.medium.read(path, self.prepare)
            if self.differs(name, stimulus):
                taken += 1
                yield name, stimulus


def served_sha256(medium: Medium, stimulus: Stimulus) -> str:
    """The SHA-256 of a stimulus's bytes as they would be served."""
    return hashlib.sha256(medium.encode(stimulus)).hexdigest()
