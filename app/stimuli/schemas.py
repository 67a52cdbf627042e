"""What other parts need to know of stimuli."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Candidate:
    """One picture or sound; `id` is that of its row, or None before its bundle is ingested.

    `source` is the SHA-256 of the file that a natural stimulus was made from, empty where it is not known.
    `fault` says why a metamer is not certified (`synthesis.bundle.manifest.Fault`), empty where it is, or
    where nobody wrote it down.
    """

    id: int | None
    natural_id: str
    category: str
    condition: str
    seed: int
    certified: bool
    source: str = ""
    fault: str = ""


@dataclass(frozen=True)
class LevelPicture:
    """An original moved along a dimension; `id` is that of its row, or None before its bundle is ingested.

    `number` counts the dimension's levels from 0, the smallest; `target` is the level that was asked for, and
    `value` the one that its bytes have, in the unit of the dimension.
    """

    id: int | None
    natural_id: str
    dimension: str
    number: int
    target: float
    value: float
    certified: bool


# The originals that are listed: all, those with a level that failed, those moved while a study ran.
Which = Literal["", "failures", "live"]


@dataclass(frozen=True)
class Measured:
    """What is drawn of one level of a dimension, as measured on its picture."""

    dimension: str
    target: float
    value: float
    rms: float
    certified: bool
    fault: str
