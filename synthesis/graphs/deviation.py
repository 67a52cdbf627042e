"""How far a metamer is from its graph, each measure beside what chance gives.

A deviation means little by itself: binary features of density .16 have a cosine of .16 with any others of
that density. So each measure stands beside its mean over random draws: of features, the metamer's own entries
in random order over all nodes and features (of binary ones: as many ones, anywhere); of structure, graphs
drawn uniformly from those with as many nodes and edges as the metamer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from synthesis.graphs.data import Graph, once
from synthesis.graphs.rewiring import random_like
from synthesis.graphs.spectra import degree_distance, spectral_distance
from synthesis.graphs.weisfeiler_lehman import weisfeiler_lehman

CHANCE_DRAWS = 20
CHANCE_DRAWS_LARGE = 5
"""Of graphs of more than 500 nodes: a spectrum takes 0.01 s of 500 nodes, 0.8 s of 2,000 (one thread)."""
_LARGE_NODES = 500

Features = NDArray[np.floating]
Edges = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True)
class Measure:
    """value : of metamer and original. chance : the mean of the same over random draws."""

    value: float
    chance: float


def measures(original: Graph, metamer: Graph, rng: np.random.Generator) -> dict[str, Measure]:
    """What differs: measures of the features, of the structure, or both; all of them if nothing differs.

    Features: `cosine`, `jaccard`, `relative_l2`. Structure: `edge_jaccard`, `weisfeiler_lehman`,
    `degree_distance`, `spectral_distance`. Cosine, Jaccard and Weisfeiler-Lehman are 1 for equal graphs, the
    others 0. Raises ValueError for graphs of different numbers of nodes or features.
    """
    if original.features.shape != metamer.features.shape:
        raise ValueError(f"features of {original.features.shape} and {metamer.features.shape}")
    same_features = np.array_equal(original.features, metamer.features)
    same_edges = np.array_equal(original.edges, metamer.edges)
    found: dict[str, Measure] = {}
    if same_edges or not same_features:
        found |= feature_measures(original.features, metamer.features, rng)
    if same_features or not same_edges:
        found |= structure_measures(original.edges, metamer.edges, original.nodes, rng)
    return found


def feature_measures(original: Features, metamer: Features, rng: np.random.Generator) -> dict[str, Measure]:
    """Of two matrices (nodes, features); chance: 20 random orders of the metamer's entries."""
    draws = [rng.permutation(metamer.ravel()).reshape(metamer.shape) for _ in range(CHANCE_DRAWS)]
    return _beside_chance(FEATURE_MEASURES, original, metamer, draws)


def structure_measures(
    original: Edges, metamer: Edges, n_nodes: int, rng: np.random.Generator
) -> dict[str, Measure]:
    """Of two lists of edges (2, both directions); chance: 20 random graphs (5 of more than 500 nodes)."""
    count = CHANCE_DRAWS if n_nodes <= _LARGE_NODES else CHANCE_DRAWS_LARGE
    draws = [random_like(metamer, n_nodes, rng) for _ in range(count)]
    of_size: dict[str, Callable[[Edges, Edges], float]] = {
        "edge_jaccard": edge_jaccard,
        "weisfeiler_lehman": lambda one, other: weisfeiler_lehman(one, other, n_nodes),
        "degree_distance": lambda one, other: degree_distance(one, other, n_nodes),
        "spectral_distance": lambda one, other: spectral_distance(one, other, n_nodes),
    }
    return _beside_chance(of_size, original, metamer, draws)


def cosine(one: Features, other: Features) -> float:
    """Cosine of the angle between the matrices as vectors, in [-1, 1]; 0 if one of them is 0."""
    a, b = one.ravel().astype(np.float64), other.ravel().astype(np.float64)
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def jaccard(one: Features, other: Features) -> float:
    """Sum of the smaller entries over sum of the larger (Ruzicka 1958), in [0, 1]; 1 if both are 0.

    Of zeros and ones it is Jaccard's |both| / |either|. Negative entries are compared among themselves, as if
    each feature were two: its positive and its negative part.
    """
    a, b = one.astype(np.float64), other.astype(np.float64)
    parts = [(a.clip(min=0), b.clip(min=0)), ((-a).clip(min=0), (-b).clip(min=0))]
    smaller = sum(float(np.minimum(*part).sum()) for part in parts)
    larger = sum(float(np.maximum(*part).sum()) for part in parts)
    return smaller / larger if larger > 0 else 1.0


def relative_l2(one: Features, other: Features) -> float:
    """||other - one|| / ||one||, Frobenius norms, from 0; of features that are all 0, ||other||."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    return float(np.linalg.norm(b - a)) / (float(np.linalg.norm(a)) or 1.0)


def edge_jaccard(one: Edges, other: Edges) -> float:
    """Edges in both over edges in either, in [0, 1]; 1 if neither graph has edges."""
    first, second = (set(map(tuple, once(edges).T.tolist())) for edges in (one, other))
    return len(first & second) / len(first | second) if first | second else 1.0


FEATURE_MEASURES: Mapping[str, Callable[[Features, Features], float]] = {
    "cosine": cosine,
    "jaccard": jaccard,
    "relative_l2": relative_l2,
}


def _beside_chance(
    kinds: Mapping[str, Callable[[T, T], float]], original: T, metamer: T, draws: list[T]
) -> dict[str, Measure]:
    return {
        name: Measure(measure(original, metamer), float(np.mean([measure(original, draw) for draw in draws])))
        for name, measure in kinds.items()
    }
