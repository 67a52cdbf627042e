"""Certificates: does a served metamer match its natural stimulus better than unrelated stimuli match?

Feather et al. 2023, Methods, "Criteria for optimization success". All statistics are over one layer's
activations, flattened, of the decoded bytes that will be served.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.manifest import Certificate, Fault, LayerMatch
from synthesis.bundle.nulls import LayerNull

# Signal-to-noise ratios are held within +-SNR_LIMIT_DB, so that a perfect match, or an activation that is
# zero everywhere, still gives a number. Float32 activations cannot resolve more.
SNR_LIMIT_DB = 200.0
_SMALLEST_NORM = 1e-12


@dataclass(frozen=True)
class Match:
    """How well a metamer's activation fits its natural stimulus's: rho, R^2, dB, ratio of norms."""

    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float


def measure(natural: NDArray[np.float32], metamer: NDArray[np.float32]) -> Match:
    """The four statistics of two activations of one shape; `natural` is the signal."""
    t, m = natural.ravel().astype(np.float64), metamer.ravel().astype(np.float64)
    signal, noise = float(t @ t), float((t - m) @ (t - m))
    return Match(
        spearman=pearson(average_ranks(natural.ravel()), average_ranks(metamer.ravel())),
        pearson_r2=pearson(t, m) ** 2,
        snr_db=snr_db(signal, noise),
        relative_error=math.sqrt(noise) / max(math.sqrt(signal), _SMALLEST_NORM),
    )


def average_ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ranks of a vector from 1; equal values share the mean of theirs, and one NaN makes all ranks NaN.

    What `scipy.stats.rankdata` gives; importing scipy.stats would take a second of every process's start.
    """
    if np.isnan(values).any():
        return np.full(values.shape, np.nan)
    # Sorting takes longest, and after a ReLU most values are zeros, whose rank needs no sorting.
    others = np.flatnonzero(values)
    zeros = values.size - others.size
    order = np.argsort(values[others])
    ordered = values[others[order]]
    below = int(np.searchsorted(ordered, 0))
    in_order = np.arange(1.0, others.size + 1)
    in_order[below:] += zeros
    ranks = np.full(values.shape, below + (zeros + 1) / 2)
    ranks[others[order]] = _shared(in_order, ordered)
    return ranks


def _shared(ranks: NDArray[np.float64], ordered: NDArray[np.floating]) -> NDArray[np.float64]:
    """`ranks` of values in ascending order, where equal values share the mean of theirs."""
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: ordered.size])
    each = np.diff(first, append=ordered.size)
    return np.repeat((ranks[first] + ranks[first + each - 1]) / 2, each)


def pearson(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Pearson's r of two vectors; 0 when one of them is constant (an all-zero activation has no pattern)."""
    a, b = centred(first), centred(second)
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 0 else 0.0


def centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """`values` minus their mean; exactly 0 for a constant vector, whatever the rounding of its mean."""
    return np.zeros_like(values) if np.ptp(values) == 0 else values - values.mean()


def snr_db(signal: float, noise: float) -> float:
    """10 log10(signal / noise) of two sums of squares, within +-`SNR_LIMIT_DB`."""
    if signal <= 0:
        return -SNR_LIMIT_DB
    if noise <= 0:
        return SNR_LIMIT_DB
    return min(max(10 * math.log10(signal / noise), -SNR_LIMIT_DB), SNR_LIMIT_DB)


def certify(
    match: Match | LayerMatch, natural_answer: str, metamer_answer: str, null: LayerNull, least_pairs: int
) -> Certificate:
    """The certificate of a metamer, judged against its layer's null distribution of `least_pairs` or more."""
    fault = _fault(match, natural_answer == metamer_answer, null, least_pairs)
    return Certificate(
        natural_answer=natural_answer,
        metamer_answer=metamer_answer,
        spearman=match.spearman,
        pearson_r2=match.pearson_r2,
        snr_db=match.snr_db,
        relative_error=match.relative_error,
        passed=not fault,
        fault=fault,
    )


def fault_of(certificate: Certificate, null: LayerNull, least_pairs: int) -> Fault:
    """What a certificate's own numbers say, judged anew."""
    same = certificate.natural_answer == certificate.metamer_answer
    return _fault(certificate, same, null, least_pairs)


def _fault(
    match: Match | LayerMatch | Certificate, same_answer: bool, null: LayerNull, least_pairs: int
) -> Fault:
    if not same_answer:
        return "another answer"
    if not _outside(match, null):
        return "inside the null"
    return "null too small" if null.pairs < least_pairs else ""


def _outside(match: Match | LayerMatch | Certificate, null: LayerNull) -> bool:
    """Whether Spearman's rho, Pearson's R^2 and the SNR are each above the maximum of their null."""
    return (
        match.spearman > null.spearman.maximum
        and match.pearson_r2 > null.pearson_r2.maximum
        and match.snr_db > null.snr_db.maximum
    )
