"""Fitting a readout to any folder with one sub-folder of pictures or sounds per category, for any network."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from synthesis.certify.readout.features import pooled_features
from synthesis.certify.readout.fit import LinearFit, fit_linear
from synthesis.certify.readout.readout import Readout
from synthesis.certify.readout.variants import variants_of
from synthesis.common.errors import UserError
from synthesis.media.folders import category_folder
from synthesis.media.medium import Medium, preparation
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Network

_MOST_FOLDS = 5


def labelled_files(folder: Path, medium: Medium) -> tuple[list[str], list[tuple[str, Path]]]:
    """The categories, sorted, and (category, file) for each picture or sound.

    Raises `UserError` if there is no category, only one, or one with a single file, which can then not be
    named by a fit without it.
    """
    files = category_folder(folder, medium.files)
    counts = Counter(category for category, _ in files)
    if len(counts) < 2:
        raise UserError(f"{folder}: holds one category, {next(iter(counts))}; a readout needs at least two")
    for category, count in counts.items():
        if count < 2:
            raise UserError(
                f"{folder / category}: holds one {medium.noun}; a readout needs at least two of each category"
            )
    return sorted(counts), files


def fit_folder(
    folder: Path,
    network: Network,
    augment: int,
    seed: int,
    progress: Callable[[], object] = lambda: None,
    prepare: str | None = None,
) -> tuple[Readout, LinearFit]:
    """Fit a readout of the network's pooled features to the folder's pictures or sounds.

    Parameters
    ----------
    folder
        One sub-folder of pictures or sounds per category.
    augment
        How many variants of each are fitted too (`variants`).
    seed
        Of the variants.
    progress
        Is called once for each stimulus, variants included, that has gone through the network.
    prepare
        One of the medium's ways to prepare files; by default the usual one.

    Raises
    ------
    UserError
        See `labelled_files`; or a file cannot be shown to the network, such as a sound of another length.
    """
    medium = medium_of(network.input)
    categories, files = labelled_files(folder, medium)
    prepared = preparation(medium, prepare)
    shown = variants_of([file for _, file in files], network, prepared, augment, seed)
    features = pooled_features(network, shown, progress)
    labels = np.repeat([categories.index(category) for category, _ in files], 1 + augment)
    fit = fit_linear(features, labels, np.repeat(_folds([category for category, _ in files]), 1 + augment))
    readout = Readout(
        weight=torch.from_numpy(fit.weight),
        bias=torch.from_numpy(fit.bias),
        categories=tuple(categories),
        network=network.name,
        weights_sha256=network.weights_sha256,
        fitted={
            medium.files.plural: len(files),
            "prepare": prepared,
            "augment": augment,
            "seed": seed,
            "strength": fit.strength,
            "cv_accuracy": fit.cv_accuracy,
            "fit_accuracy": fit.fit_accuracy,
        },
    )
    return readout, fit


def _folds(categories: list[str]) -> list[int]:
    """A fold for each file, such that no fold holds all files of a category."""
    counts = Counter(categories)
    folds = min(_MOST_FOLDS, *counts.values())
    seen: Counter[str] = Counter()
    result = []
    for category in categories:
        result.append(seen[category] % folds)
        seen[category] += 1
    return result
