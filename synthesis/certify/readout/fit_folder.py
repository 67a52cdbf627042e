"""Fitting a readout to any folder with one sub-folder of pictures per category, for any network."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from synthesis.certify.readout.features import pooled_features
from synthesis.certify.readout.fit import LinearFit, fit_linear
from synthesis.certify.readout.readout import Readout
from synthesis.common.errors import UserError
from synthesis.media.folders import category_folder
from synthesis.media.pictures import Picture, read_picture
from synthesis.networks.registry import Network

_MOST_FOLDS = 5


def labelled_pictures(folder: Path) -> tuple[list[str], list[tuple[str, Path]]]:
    """The categories, sorted, and (category, file) for each picture.

    Raises `UserError` if there is no category, only one, or one with a single picture, which can then not be
    named by a fit without it.
    """
    pictures = category_folder(folder)
    counts = Counter(category for category, _ in pictures)
    if len(counts) < 2:
        raise UserError(f"{folder}: holds one category, {next(iter(counts))}; a readout needs at least two")
    for category, count in counts.items():
        if count < 2:
            raise UserError(
                f"{folder / category}: holds one picture; a readout needs at least two of each category"
            )
    return sorted(counts), pictures


def fit_folder(
    folder: Path, network: Network, augment: int, seed: int, progress: Callable[[], object] = lambda: None
) -> tuple[Readout, LinearFit]:
    """Fit a readout of the network's pooled features to the folder's pictures.

    Parameters
    ----------
    folder
        One sub-folder of pictures per category.
    augment
        How many variants of each picture are fitted too: other crops, mirror image, brightness.
    seed
        Of the variants.
    progress
        Is called once for each picture, variants included, that has gone through the network.

    Raises
    ------
    UserError
        See `labelled_pictures`; or a picture does not decode.
    """
    categories, pictures = labelled_pictures(folder)
    features = pooled_features(network, _variants(pictures, network, augment, seed), progress)
    labels = np.repeat([categories.index(category) for category, _ in pictures], 1 + augment)
    fit = fit_linear(features, labels, np.repeat(_folds([category for category, _ in pictures]), 1 + augment))
    readout = Readout(
        weight=torch.from_numpy(fit.weight),
        bias=torch.from_numpy(fit.bias),
        categories=tuple(categories),
        network=network.name,
        weights_sha256=network.weights_sha256,
        fitted={
            "pictures": len(pictures),
            "augment": augment,
            "seed": seed,
            "strength": fit.strength,
            "cv_accuracy": fit.cv_accuracy,
            "fit_accuracy": fit.fit_accuracy,
        },
    )
    return readout, fit


def _variants(
    pictures: list[tuple[str, Path]], network: Network, augment: int, seed: int
) -> Iterator[Picture]:
    """Each picture as the network is shown it, followed by its variants."""
    shown = network.pictures
    for number, (_, file) in enumerate(pictures):
        whole = read_picture(file, shown.resize_px, shown.resize_px)
        yield read_picture(file, shown.size_px, shown.resize_px)
        for variant in range(augment):
            yield _variant(whole, shown.size_px, np.random.default_rng((seed, number, variant)))


def _variant(picture: Picture, size_px: int, rng: np.random.Generator) -> Picture:
    top, left = rng.integers(0, len(picture) - size_px, size=2, endpoint=True)
    crop = picture[top : top + size_px, left : left + size_px]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    brighter: Picture = np.rint(np.clip(crop * rng.uniform(0.8, 1.2), 0, 255)).astype(np.uint8)
    return brighter


def _folds(categories: list[str]) -> list[int]:
    """A fold for each picture, such that no fold holds all pictures of a category."""
    counts = Counter(categories)
    folds = min(_MOST_FOLDS, *counts.values())
    seen: Counter[str] = Counter()
    result = []
    for category in categories:
        result.append(seen[category] % folds)
        seen[category] += 1
    return result
