"""Null distributions as a manifest and a null file record them.

A null says how well unrelated natural stimuli match at a layer: a metamer must match better than every pair.
"""

from typing import Literal

from pydantic import Field, model_validator

from synthesis.bundle.record import Record

STATISTICS = ("spearman", "pearson_r2", "snr_db")


class Histogram(Record):
    """`counts[i]` values lie in [`edges[i]`, `edges[i + 1]`), the last bin includes its upper edge."""

    edges: list[float] = Field(min_length=2)
    counts: list[int] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_edge_more_than_counts(self) -> "Histogram":
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"{len(self.counts)} counts need {len(self.counts) + 1} edges")
        return self


class Growth(Record):
    """The maximum of a null that has only `pairs` pairs, over random subsets of its stimuli.

    `median`, `low` and `high` are the 50th, 10th and 90th percentile over the subsets.
    """

    pairs: int = Field(ge=1)
    median: float
    low: float
    high: float


class NullSummary(Record):
    """A statistic over pairs of different natural stimuli: maximum, 99th percentile, and all values binned.

    The bins reach from the smallest value to the maximum. `best` are the names of the two stimuli that make
    the maximum; `growth` shows how it depends on the number of pairs.
    """

    maximum: float
    percentile_99: float
    histogram: Histogram
    best: tuple[str, str]
    growth: list[Growth]


class LayerNull(Record):
    """`pairs` share members: `stimuli` distinct natural stimuli made them."""

    layer: str
    stimuli: int
    pairs: int
    spearman: NullSummary
    pearson_r2: NullSummary
    snr_db: NullSummary


class LookAlike(Record):
    """A stimulus that was left out of a null, since it resembles `kept`; 1 is the same up to brightness."""

    kept: str
    left_out: str
    likeness: float


class NullSource(Record):
    """Where the nulls of a bundle come from.

    `stimuli` are the experiment's own stimuli, `null_stimuli` further ones that the bundle holds; `file` is
    one that ``python -m synthesis null`` wrote, `reference` one that ships with this program, both named by
    `file_sha256`. `least_pairs` is what the certificates asked for.
    """

    kind: Literal["stimuli", "null_stimuli", "file", "reference"]
    description: str
    file_sha256: str | None = None
    least_pairs: int
    look_alikes: list[LookAlike] = Field(default_factory=list)
