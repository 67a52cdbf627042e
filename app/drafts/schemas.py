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
    """A bundle that can be chosen. `layers` are all matched ones; `rows` are a few of its stimuli."""

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
