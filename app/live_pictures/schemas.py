"""What passes between requests for pictures and those who make them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A request that a generator has taken, and how often it was taken by now.

    `original` is the natural stimulus that is moved along `dimension` to the level `target`.
    """

    request_id: int
    attempt: int
    bundle_id: int
    bundle_path: str
    original: str
    category: str
    dimension: str
    step: int
    target: float

    def __str__(self) -> str:
        return f"{self.original} along {self.dimension} at {self.target:.4g}"


@dataclass(frozen=True)
class Standing:
    """How far some requests have come: their number by state, and how long the pictures took that are done."""

    queued: int
    taken: int
    done: int
    failed: int
    seconds: tuple[float, ...]
    error: str = ""

    @property
    def begun(self) -> bool:
        return bool(self.taken or self.done or self.failed)

    @property
    def ended(self) -> bool:
        return not (self.queued or self.taken)
