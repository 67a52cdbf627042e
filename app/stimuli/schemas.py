"""What other parts need to know of stimuli."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One picture or sound; `id` is that of its row, or None before its bundle is ingested."""

    id: int | None
    natural_id: str
    category: str
    condition: str
    seed: int
    certified: bool
