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
