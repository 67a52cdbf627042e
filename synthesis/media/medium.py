"""What synthesis asks of a kind of stimuli: everything that differs between pictures, sounds and others."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.media.folders import FileKind

# A stimulus as it is served, in whole numbers: for one, uint8 (height, width, 3) or int16 (samples,).
Stimulus = NDArray[np.integer]
# For each recipe by its name, the fields in which it differs for this kind: at least `start` and `bounds`.
RecipeSettings = Mapping[str, Mapping[str, Any]]


class Kind(Protocol):
    """Inputs of one kind, of whatever form; an instance, as one network is shown them.

    `noun` is the kind's name, for programs and people; `groups` is what its inputs are sorted into;
    `explained` says how to read what `drawn` draws. Inputs of a kind that is no `Medium` may differ in size.
    """

    noun: ClassVar[str]
    groups: ClassVar[str]
    explained: ClassVar[str]
    files: ClassVar[FileKind]
    media_type: ClassVar[str]

    def __init__(self, shown: Any) -> None: ...

    def recipes(self) -> RecipeSettings:
        """The recipes that suit the kind, with its settings of each."""
        ...

    @staticmethod
    def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
        """A stored input in a box of `size`, width and height in px, for reports."""
        ...


class Medium(Kind, Protocol):
    """Stimuli of one kind and size; an instance, as one network is shown them (`synthesis.networks.inputs`).

    `conversion` says how `adapt` changes what it must. Stimuli that are `played` are heard in reports.
    `decisions` are the decision rules that suit the kind, the usual one first; `preparations` the ways
    to prepare a file, the usual one first. Fingerprints whose inner product is `alike` or more are of one
    stimulus.
    """

    conversion: ClassVar[str]
    played: ClassVar[bool]
    decisions: ClassVar[tuple[str, ...]]
    alike: ClassVar[float]
    preparations: ClassVar[tuple[str, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one stimulus as network input."""
        ...

    def read(self, path: Path, prepare: str) -> Stimulus:
        """A file as the network is shown it, prepared in one of the ways of `preparations`.

        Raises `UserError`, in one line, for what it cannot be shown.
        """
        ...

    def encode(self, stimulus: Stimulus) -> bytes:
        """The bytes that are served: the same for the same stimulus, without anything but the stimulus."""
        ...

    def decode(self, data: bytes) -> Stimulus:
        """The stimulus in bytes of `encode`. Raises `UserError` if they are of another form."""
        ...

    def adapt(self, data: bytes) -> Stimulus:
        """What another network was served, as this one is shown it. Raises `UserError` if that cannot be."""
        ...

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        """Network input (batch, *shape)."""
        ...

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        """Stimuli (batch, ...) of network input, rounded; beyond what can be served it is clipped."""
        ...

    def fingerprint(self, stimulus: Stimulus) -> NDArray[np.float32]:
        """(variants, size), each row of mean 0 and norm 1, for `synthesis.certify.look_alikes`.

        The first row is the stimulus coarsely seen or heard, the others are the same of variants such as its
        mirror image. Rows of one stimulus saved twice have inner products near 1.
        """
        ...

    def white_noise(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Network input of one item: white noise at the level of natural stimuli."""
        ...


def preparation(medium: Medium, asked: str | None) -> str:
    """The way to prepare files that a spec asks for, or the usual one. Raises `UserError` for another."""
    if asked is None:
        return medium.preparations[0]
    if asked not in medium.preparations:
        ways = ", ".join(medium.preparations)
        raise UserError(f"prepare: {asked} is not for {medium.files.plural}; leave it out (there is {ways})")
    return asked


def standardised(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows with mean 0 and norm 1; a constant row stays 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (centred / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit


def stored(medium: Medium, store: BundleStore, sha256: str) -> Stimulus:
    """A stimulus of a bundle. Raises `BundleError` naming the blob if it is missing, changed or malformed."""
    data = store.read_blob(sha256)
    try:
        return medium.decode(data)
    except UserError as error:
        raise BundleError(f"{store.blob_path(sha256)}: {error}") from None
