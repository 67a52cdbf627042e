"""Comparing what a bundle records with what was computed again, one line for each difference.

Numbers may differ by what another processor's rounding changes.
"""

import math
from collections.abc import Iterator
from itertools import accumulate

from synthesis.bundle.manifest import Certificate, LayerMatch
from synthesis.bundle.nulls import STATISTICS, Histogram, LayerNull, NullSummary
from synthesis.certify.certificate import Match

# Another processor or batch rounds differently. Correlations and errors absolutely, SNR in dB.
TOLERANCE = 2e-3
TOLERANCE_DB = 0.05
# Share of a histogram's values that may lie on the other side of an edge.
COUNTS_MOVED = 0.01


def same_match(place: str, recorded: LayerMatch | Certificate, computed: Match) -> Iterator[str]:
    for statistic in ("spearman", "pearson_r2", "snr_db", "relative_error"):
        yield from close(
            f"{place}: {statistic}", getattr(recorded, statistic), getattr(computed, statistic), statistic
        )


def same_null(recorded: LayerNull, computed: LayerNull) -> Iterator[str]:
    where = f"null of {recorded.layer}"
    yield from equal(f"{where}: stimuli", recorded.stimuli, computed.stimuli)
    yield from equal(f"{where}: pairs", recorded.pairs, computed.pairs)
    for statistic in STATISTICS:
        old, new = getattr(recorded, statistic), getattr(computed, statistic)
        for number in ("maximum", "percentile_99"):
            place = f"{where}: {statistic} {number}"
            yield from close(place, getattr(old, number), getattr(new, number), statistic)
        yield from same_histogram(f"{where}: {statistic}", old.histogram, new.histogram, statistic)
        yield from same_growth(f"{where}: {statistic}", old, new, statistic)


def same_histogram(place: str, recorded: Histogram, computed: Histogram, statistic: str) -> Iterator[str]:
    """Edges as close as any number; counts up to the few values that rounding moves across an edge."""
    yield from equal(f"{place} bins", len(recorded.counts), len(computed.counts))
    yield from equal(f"{place} values", sum(recorded.counts), sum(computed.counts))
    for old, new in zip(recorded.edges, computed.edges, strict=False):
        yield from close(f"{place} edge", old, new, statistic)
    moved = max(2, COUNTS_MOVED * sum(computed.counts))
    cumulated = zip(accumulate(recorded.counts), accumulate(computed.counts), strict=False)
    for number, (old_count, new_count) in enumerate(cumulated):
        if abs(old_count - new_count) > moved:
            yield f"{place} histogram: recorded {old_count} values up to bin {number}, computed {new_count}"


def same_growth(place: str, recorded: NullSummary, computed: NullSummary, statistic: str) -> Iterator[str]:
    yield from equal(f"{place} growth", _sizes(recorded), _sizes(computed))
    for old, new in zip(recorded.growth, computed.growth, strict=False):
        for number in ("median", "low", "high"):
            where = f"{place} growth at {old.pairs} pairs, {number}"
            yield from close(where, getattr(old, number), getattr(new, number), statistic)


def _sizes(summary: NullSummary) -> list[int]:
    return [point.pairs for point in summary.growth]


def equal(place: str, recorded: object, computed: object) -> Iterator[str]:
    if recorded != computed:
        yield f"{place}: recorded {recorded}, computed {computed}"


def close(place: str, recorded: float, computed: float, statistic: str) -> Iterator[str]:
    tolerance = TOLERANCE_DB if statistic == "snr_db" else TOLERANCE
    if not math.isclose(recorded, computed, rel_tol=0, abs_tol=tolerance):
        yield f"{place}: recorded {recorded:.6g}, computed {computed:.6g} (tolerance {tolerance})"
