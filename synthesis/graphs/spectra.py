"""Distances between the degrees and between the spectra of two graphs of as many nodes."""

import numpy as np
from numpy.typing import NDArray

MOST_NODES = 2_000


def degree_distance(one: NDArray[np.int64], other: NDArray[np.int64], n_nodes: int) -> float:
    """First Wasserstein distance of the two distributions of degrees, in edges per node, from 0."""
    first, second = (np.sort(np.bincount(edges[0], minlength=n_nodes)) for edges in (one, other))
    return float(np.abs(first - second).mean())


def spectral_distance(one: NDArray[np.int64], other: NDArray[np.int64], n_nodes: int) -> float:
    """Root mean square difference of the sorted eigenvalues of the normalised Laplacians, in [0, 2].

    The Laplacian is I - D^-1/2 A D^-1/2; a node without edges has the eigenvalue 0. NaN for more than 2,000
    nodes: a spectrum takes 0.8 s there (one thread), and time grows with the cube of the nodes.
    """
    if n_nodes > MOST_NODES:
        return float("nan")
    first, second = (laplacian_spectrum(edges, n_nodes) for edges in (one, other))
    return float(np.sqrt(np.mean((first - second) ** 2)))


def laplacian_spectrum(edges: NDArray[np.int64], n_nodes: int) -> NDArray[np.float64]:
    """Eigenvalues of the normalised Laplacian, rising, float64, in [0, 2]. edges : (2, both directions)."""
    degrees = np.bincount(edges[0], minlength=n_nodes)
    laplacian = np.diag((degrees > 0).astype(np.float64))
    laplacian[edges[0], edges[1]] = -1 / np.sqrt(degrees[edges[0]] * degrees[edges[1]])
    values: NDArray[np.float64] = np.linalg.eigvalsh(laplacian).astype(np.float64)
    return values
