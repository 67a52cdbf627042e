"""Components of every layer of a spec, from a folder of pictures."""

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.dimensions.fit import channel_axes, fit_components
from synthesis.dimensions.fit_file import Fit, FitRecord
from synthesis.dimensions.gram import second_moments
from synthesis.dimensions.projection import reduced
from synthesis.dimensions.spec import FitSpec
from synthesis.media.folders import stimulus_files
from synthesis.media.medium import Medium, Stimulus, preparation
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Network, load_network
from synthesis.optimise.activations import Activations
from synthesis.process.progress import tell_once

# Below so many pictures, crops of each are fitted too, until there are as many.
FEW = 200
_CROP = 0.7  # side of a crop, of the picture's
_BATCH = 8


def fit_spec(spec: FitSpec, progress: Callable[[], object] = lambda: None) -> Fit:
    """Fit the components of a spec.

    `progress` is called for each picture and crop, twice: once for the axes, once for the components.

    Raises
    ------
    UserError
        The model or a layer is unknown, a picture cannot be read, there are fewer pictures than components,
        a layer has no places and channels, or the components did not converge.
    """
    network = load_network(spec.model, spec.weights).including(spec.layers)
    medium = medium_of(network.pictures)  # refuses a network that hears
    shown = _Shown(spec, medium)
    nodes = {name: network.layer(name).node for name in spec.layers}
    activations = Activations(network.module, nodes)
    axes = _axes(spec, shown, activations, progress)
    entries: dict[str, list[Tensor]] = {name: [] for name in spec.layers}
    for found in _activations(shown, medium, activations, progress):
        for name, activation in found.items():
            entries[name].append(reduced(axes[name], activation))
    layers = {
        name: fit_components(axes[name], entries[name], spec.components, spec.seed) for name in spec.layers
    }
    return Fit(_record(spec, shown, network), layers)


def fitted_pictures(spec: FitSpec) -> int:
    """How many pictures and crops the fit goes through, once."""
    return _Shown(spec, medium_of(load_network(spec.model, spec.weights).input)).count


class _Shown:
    """The pictures of a spec, and crops of them where they are few."""

    def __init__(self, spec: FitSpec, medium: Medium) -> None:
        self.medium, self.seed = medium, spec.seed
        self.prepare = preparation(medium, spec.prepare)
        self.files = stimulus_files(spec.pictures, medium.files)
        # Crops are no further pictures: components of fewer pictures than there are would be those of crops.
        if spec.components >= len(self.files):
            raise UserError(
                f"{spec.pictures}: {len(self.files)} pictures for {spec.components} components; give more "
                "pictures than components, or fewer components"
            )
        self.crops = max(0, math.ceil(FEW / len(self.files)) - 1)
        if self.crops:
            tell_once(
                f"{spec.pictures}: {len(self.files)} pictures; {self.crops} crops of each are fitted too, "
                f"since components of fewer than {FEW} are uncertain: give more for an experiment"
            )

    @property
    def count(self) -> int:
        return len(self.files) * (1 + self.crops)

    def __iter__(self) -> Iterator[Stimulus]:
        random = np.random.default_rng(self.seed)
        for file in self.files:
            stimulus = self.medium.read(file, self.prepare)
            yield stimulus
            for _ in range(self.crops):
                yield _crop(stimulus, random, self.medium)

    def sha256(self) -> str:
        """Of the pictures' bytes as served, in order."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(hashlib.sha256(self.medium.encode(self.medium.read(file, self.prepare))).digest())
        return digest.hexdigest()


def _crop(stimulus: Stimulus, random: np.random.Generator, medium: Medium) -> Stimulus:
    side = stimulus.shape[0]
    part = round(_CROP * side)
    top, left = random.integers(0, side - part + 1, 2)
    return medium.adapt(medium.encode(stimulus[top : top + part, left : left + part]))


def _activations(
    shown: _Shown, medium: Medium, activations: Activations, progress: Callable[[], object]
) -> Iterator[dict[str, Tensor]]:
    batch: list[Stimulus] = []
    for number, stimulus in enumerate(shown, 1):
        batch.append(stimulus)
        progress()
        if len(batch) == _BATCH or number == shown.count:
            with torch.no_grad():
                yield activations(torch.from_numpy(medium.to_input(batch)))
            batch = []


def _axes(
    spec: FitSpec, shown: _Shown, activations: Activations, progress: Callable[[], object]
) -> dict[str, Tensor]:
    sums: dict[str, Tensor] = {}
    for found in _activations(shown, shown.medium, activations, progress):
        for name, activation in found.items():
            try:
                moments = second_moments(activation).double().sum(0)
            except UserError as error:
                raise UserError(f"layers: {name}: {error}") from None
            sums[name] = sums.get(name, 0) + moments
    return {name: channel_axes(total / shown.count, spec.axes) for name, total in sums.items()}


def _record(spec: FitSpec, shown: _Shown, network: Network) -> FitRecord:
    return FitRecord(
        model=spec.model if ".py:" not in spec.model else Path(spec.model).name,
        weights=network.weights,
        weights_sha256=network.weights_sha256,
        pictures=len(shown.files),
        crops=shown.crops,
        pictures_sha256=shown.sha256(),
        prepare=shown.prepare,
        axes=spec.axes,
        components=spec.components,
        seed=spec.seed,
        layers=list(spec.layers),
    )
