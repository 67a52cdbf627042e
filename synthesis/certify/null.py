"""The null distribution: how well two unrelated natural stimuli match at a layer.

All pairs follow from inner products of the stimuli's activations, and of their ranks, summed over chunks of
features. A layer whose activations of all stimuli do not fit into memory is passed through the network again
for each chunk, so nothing is stored but one chunk and the products.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.nulls import LayerNull
from synthesis.certify.certificate import SNR_LIMIT_DB, average_ranks, centred
from synthesis.certify.null_summary import Matrix, pairs_of, summary
from synthesis.common.errors import UserError
from synthesis.common.stopping import look

# The published number of random pairs, and the fewest that a certificate may rest on: an unrelated stimulus
# then passes with a chance of 1e-5, so that a bundle of 10,000 metamers is not expected to hold one.
PUBLISHED_PAIRS = 1_000_000
LEAST_PAIRS = 100_000
# What one chunk of features of all stimuli, values and ranks, may take.
CHUNK_BYTES = 2**30
# Columns per float32 product: short sums, which are then added up in float64.
_COLUMNS = 16_384

Activations = Callable[[], Iterable[NDArray[np.float32]]]


def layer_null(
    layer: str, activations: Activations, names: Sequence[str], chunk_bytes: int = CHUNK_BYTES
) -> LayerNull:
    """The null of one layer: the statistics of `certificate.measure` for all pairs of natural stimuli.

    Parameters
    ----------
    layer
        Name of the layer.
    activations
        Called once per chunk of features, each time gives the stimuli's activations in the same order: any
        shape, all of one size. The stimuli must be different ones.
    names
        Of the stimuli, as many as each call gives activations.
    chunk_bytes
        Memory for one chunk; more features than fit are taken in as many passes as are needed.

    Returns
    -------
    Over all pairs. The SNR, which is not symmetric, is taken in both directions.

    Raises
    ------
    UserError
        Fewer than two stimuli.
    """
    stimuli = len(names)
    if stimuli < 2:
        raise UserError("the null distribution needs 2 or more different stimuli; add some, or null_stimuli")
    values, ranks, means, size = _inner_products(activations, stimuli, chunk_bytes)
    return LayerNull(
        layer=layer,
        stimuli=stimuli,
        pairs=pairs_of(stimuli),
        spearman=summary(_correlations(ranks), names),
        pearson_r2=summary(_correlations(values) ** 2, names),
        snr_db=summary(_snr_db(values, means, size), names, ordered=True),
    )


def _inner_products(
    activations: Activations, stimuli: int, chunk_bytes: int
) -> tuple[Matrix, Matrix, NDArray[np.float64], int]:
    """Products of all centred activations, and of all centred average ranks; their means and their size."""
    values, ranks = np.zeros((stimuli, stimuli)), np.zeros((stimuli, stimuli))
    means = np.zeros(stimuli)
    width = max(1, chunk_bytes // (2 * stimuli * np.dtype(np.float32).itemsize))
    start = size = 0
    while start == 0 or start < size:
        chunk = np.zeros((2, stimuli, 0), dtype=np.float32)
        for row, activation in enumerate(activations()):
            look()
            flat = activation.ravel().astype(np.float64)
            if row == 0:
                size = flat.size
                chunk = np.zeros((2, stimuli, min(width, size - start)), dtype=np.float32)
            means[row] = flat.mean()
            chunk[0, row] = centred(flat)[start : start + width]
            chunk[1, row] = centred(average_ranks(flat))[start : start + width]
        values += _products(chunk[0])
        ranks += _products(chunk[1])
        start += width
    return values, ranks, means, size


def _products(rows: NDArray[np.float32]) -> Matrix:
    """Inner products of all rows with each other."""
    total = np.zeros((len(rows), len(rows)))
    for start in range(0, rows.shape[1], _COLUMNS):
        look()
        columns = rows[:, start : start + _COLUMNS]
        total += columns @ columns.T
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
