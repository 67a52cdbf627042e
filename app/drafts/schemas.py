"""What is known of a bundle that can be chosen for a study; pure."""

from dataclasses import dataclass

from app.stimuli.medium import Kind


@dataclass(frozen=True)
class Sample:
    """A natural stimulus or a metamer of the small sheet; `blob` is the SHA-256 of its bytes."""

    blob: str
    words: str


@dataclass(frozen=True)
class SheetRow:
    """A natural stimulus, and its metamers by layer."""

    category: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Offer:
    """A bundle that can be chosen. `rows` are a few of its stimuli.

    `layers` are the matched ones of a bundle of metamers. Of a bundle of dimensions there are none to choose;
    `dimensions` are the ids of its dimensions, and the metamers are its levels.
    """

    place: str
    digest: str
    model: str
    medium: Kind
    layers: tuple[str, ...]
    naturals: int
    categories: int
    certified: int
    metamers: int
    duration_ms: float | None
    heads: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    dimensions: tuple[str, ...] = ()
