"""The null distribution: how well two unrelated natural stimuli match at a layer.

Every stimulus is passed through the network once and ranked once; all pairs follow from matrix products over
chunks of features. Activations lie in temporary files, so memory stays bounded by the chunk.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthesis.bundle.errors import UserError
from synthesis.bundle.manifest import Histogram, LayerNull, NullSummary
from synthesis.certificate import SNR_LIMIT_DB, centred

# The published number of random pairs. All pairs are used up to the 1,415 stimuli that make as many.
MAX_PAIRS = 1_000_000
ALL_PAIRS_UP_TO = 1_415
HISTOGRAM_BINS = 60
_NARROWEST_HISTOGRAM = 1e-6
_CHUNK_VALUES = 8_000_000

Matrix = NDArray[np.float64]


def layer_null(layer: str, activations: Iterable[NDArray[np.float32]], stimuli: int) -> LayerNull:
    """The null of one layer: the statistics of `synthesis.certificate.measure` for pairs of natural stimuli.

    Parameters
    ----------
    layer
        Name of the layer.
    activations
        One array per stimulus, any shape, all of one size. The stimuli must be different pictures.
    stimuli
        How many activations will come.

    Returns
    -------
    Over all pairs, or a million random ones if there are more than 1,415 stimuli. The SNR, which is not
    symmetric, is taken in both directions.

    Raises
    ------
    UserError
        Fewer than two stimuli.
    """
    if stimuli < 2:
        raise UserError("the null distribution needs 2 or more different stimuli; add some, or null_stimuli")
    with tempfile.TemporaryDirectory(prefix="metamerlab-null-") as folder:
        stored = _Stored(Path(folder), activations, stimuli)
        rank_products, products = _products(stored.ranks), _products(stored.values)
    first, second = _pairs(stimuli)
    snr = _snr_db(products, stored.means, stored.size)
    return LayerNull(
        layer=layer,
        stimuli=stimuli,
        pairs=len(first),
        spearman=_summary(_correlations(rank_products)[first, second]),
        pearson_r2=_summary(_correlations(products)[first, second] ** 2),
        snr_db=_summary(np.concatenate([snr[first, second], snr[second, first]])),
    )


class _Stored:
    """Centred activations and centred average ranks, one row per stimulus, in files; the rows' means."""

    def __init__(self, folder: Path, activations: Iterable[NDArray[np.float32]], stimuli: int) -> None:
        self.means = np.zeros(stimuli)
        self.size = 0
        for row, activation in enumerate(activations):
            values = activation.ravel().astype(np.float64)
            if row == 0:
                self.size = values.size
                self.values = _file(folder / "values", stimuli, self.size)
                self.ranks = _file(folder / "ranks", stimuli, self.size)
            self.means[row] = values.mean()
            self.values[row] = centred(values)
            self.ranks[row] = centred(rankdata(values))


def _file(path: Path, rows: int, columns: int) -> NDArray[np.float32]:
    return np.memmap(path, dtype=np.float32, mode="w+", shape=(rows, columns))


def _products(rows: NDArray[np.float32]) -> Matrix:
    """Inner products of all rows with each other, summed in float64 over chunks of columns."""
    count, size = rows.shape
    total = np.zeros((count, count))
    width = max(1, _CHUNK_VALUES // count)
    for start in range(0, size, width):
        chunk = np.ascontiguousarray(rows[:, start : start + width])
        total += chunk @ chunk.T
    return total


def _correlations(products: Matrix) -> Matrix:
    """Pearson's r from inner products of centred rows; 0 where a row is constant."""
    norms = np.sqrt(np.diag(products))
    scale = np.outer(norms, norms)
    correlations: Matrix = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
    return correlations


def _snr_db(products: Matrix, means: NDArray[np.float64], size: int) -> Matrix:
    """snr[t, m] = 10 log10(sum(t^2) / sum((t - m)^2)), from centred products and the rows' means."""
    squares = np.diag(products)
    signal = (squares + size * means**2)[:, None]
    noise = squares[:, None] + squares[None, :] - 2 * products + size * (means[:, None] - means[None, :]) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(noise > 0, signal / noise, np.inf)
        decibels: Matrix = 10 * np.log10(np.where(signal > 0, ratio, 0))
    return decibels.clip(-SNR_LIMIT_DB, SNR_LIMIT_DB)


def _pairs(stimuli: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(stimuli, k=1)
    if stimuli <= ALL_PAIRS_UP_TO:
        return first, second
    chosen = np.random.default_rng(0).choice(len(first), MAX_PAIRS, replace=False)
    return first[chosen], second[chosen]


def _summary(values: NDArray[np.float64]) -> NullSummary:
    low, maximum = float(values.min()), float(values.max())
    span = (low, max(maximum, low + _NARROWEST_HISTOGRAM))
    counts, edges = np.histogram(values, HISTOGRAM_BINS, span)
    return NullSummary(
        maximum=maximum,
        percentile_99=float(np.percentile(values, 99)),
        histogram=Histogram(edges=edges.tolist(), counts=counts.tolist()),
    )
