"""Fitting the components to a folder of pictures."""

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.dimensions.projection import Projection

MOST_AXES = 32
ITERATIONS, TOLERANCE = 500, 1e-3


def channel_axes(mean_gram: Tensor, most: int = MOST_AXES) -> Tensor:
    """The `most` channel combinations with the largest mean energy: eigenvectors of the mean Gram matrix.

    A layer of 2,048 channels has 2 million entries in its Gram matrix; of 32 combinations there are 528.
    (channels, axes), orthonormal, each with its largest entry above 0, so that they do not depend on the
    library's signs.
    """
    _, vectors = torch.linalg.eigh(mean_gram.double())
    axes = vectors.flip(1)[:, :most]
    return _signed(axes, dim=0).float()


def fit_components(axes: Tensor, entries: Sequence[Tensor], components: int, seed: int) -> Projection:
    """Independent components of the reduced Gram matrices of many pictures.

    Parameters
    ----------
    axes
        (channels, axes), of `channel_axes`.
    entries
        Reduced matrices (n, entries) in batches, one row for each picture.
    components
        How many; fewer than pictures.
    seed
        Of FastICA's start.

    Raises
    ------
    UserError
        Too few pictures, or FastICA did not converge.
    """
    table = torch.cat(list(entries)).double().numpy()
    if components >= len(table):
        raise UserError(
            f"{len(table)} pictures for {components} components: give more pictures than components, "
            "or fewer components"
        )
    mean, scale = table.mean(axis=0), table.std(axis=0)
    scale[scale == 0] = 1.0
    standard = (table - mean) / scale
    unmixing, mixing = _ica(standard, components, seed)
    explained = (mixing**2).sum(axis=0) / standard.var(axis=0).sum()
    order = np.argsort(-explained, kind="stable")
    signs = _signs(unmixing)
    unmixing = (unmixing * signs[:, None])[order]
    return Projection(
        axes,
        *(torch.from_numpy(part).float() for part in (mean, scale, unmixing, explained[order])),
    )


def _ica(
    standard: NDArray[np.float64], components: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(components, entries) and (entries, components); sources have unit variance."""
    ica = FastICA(
        components,
        whiten="unit-variance",
        max_iter=ITERATIONS,
        tol=TOLERANCE,
        random_state=seed,
        whiten_solver="svd",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            ica.fit(standard)
        except ConvergenceWarning:
            raise UserError(
                f"the {components} components did not converge in {ITERATIONS} iterations; give fewer "
                "components or more pictures"
            ) from None
    return ica.components_, ica.mixing_


def _signed(vectors: Tensor, dim: int) -> Tensor:
    largest = vectors.gather(dim, vectors.abs().argmax(dim, keepdim=True))
    return vectors * largest.sign()


def _signs(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    largest: NDArray[np.float64] = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])
    return largest
