"""One picture at any level within a finished grid, made when it is asked for."""

from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from pydantic import Field

from synthesis.bundle.dimensions import CONTROL, Dimension, DimensionManifest, Level, LevelFault, Original
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.manifest import Blob
from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.dimensions.control import noise_along
from synthesis.dimensions.fit_file import fit_of_bytes
from synthesis.dimensions.measure import (
    DRIFT,
    VALUE_OFF,
    Moved,
    Picture,
    Probe,
    measured,
    measured_noise,
)
from synthesis.dimensions.path import PathSettings, along
from synthesis.dimensions.recorded import network_of
from synthesis.media.pictures import decode_png, encode_png, to_input, to_pictures
from synthesis.optimise.batch import noise_seed
from synthesis.process.device import exact_float32

# A request may name the least or the largest level with the last digits rounded.
ROUNDING = 1e-9


class LevelRequest(Record):
    """An original of the bundle, moved along one of its dimensions to a level between the grid's ends."""

    id: str | int
    original: str
    dimension: str
    target: float = Field(gt=0, allow_inf_nan=False)


class LiveBench:
    """What makes pictures of one bundle: its grid, its network and its fit.

    Raises `UserError` if the bundle is unfinished, or the network here has other weights than the bundle's.
    """

    def __init__(self, store: BundleStore, weights: Path | None = None, model: str | None = None) -> None:
        exact_float32()
        self._store, self.manifest = store, store.read_sealed(DimensionManifest)
        self._dimensions = {one.id: one for one in self.manifest.dimensions}
        self._originals = {composed(one.id): one for one in self.manifest.originals}
        layers = sorted({one.layer for one in self.manifest.dimensions if one.layer})
        self._network = network_of(self.manifest, weights, model).including(layers)
        fit = fit_of_bytes(store.read_blob(self.manifest.fit.sha256), "the bundle's fit")
        self._probes = {layer: Probe(self._network, layer, fit.layers[layer]) for layer in layers}
        self._grid: dict[tuple[str, str], list[Level]] = defaultdict(list)
        for level in self.manifest.levels:
            self._grid[level.original, level.dimension].append(level)

    def make(self, asked: LevelRequest) -> Level:
        """The picture, written into the bundle's blobs; `level` counts the levels of the grid below it.

        The path starts from the nearest lower level of the grid, so that equal requests give equal pictures,
        whatever was made before. Raises `UserError` if the bundle has no such original, dimension or level.
        """
        original, dimension = self._original(asked), self._dimension(asked)
        grid = self._grid[original.id, dimension.id]
        target = _within(asked.target, grid)
        below = bisect_left([one.target for one in grid], target)
        picture, steps = (
            (self._noise(original, target), 0)
            if dimension.id == CONTROL
            else self._moved(original, dimension, target, grid[below - 1] if below else None)
        )
        moved = self._measured(original, dimension, picture)
        fault = fault_between(target, moved, grid, below)
        return Level(
            original=original.id,
            dimension=dimension.id,
            level=below,
            target=target,
            blob=self._store.put_blob(encode_png(picture), PictureFormat.media_type),
            steps=steps,
            passed=not fault,
            fault=fault,
            **vars(moved),
        )

    def _original(self, asked: LevelRequest) -> Original:
        found = self._originals.get(composed(asked.original))
        if found is None:
            raise UserError(
                f"original: the bundle has no picture {asked.original!r}; ask for one that it has"
            )
        return found

    def _dimension(self, asked: LevelRequest) -> Dimension:
        found = self._dimensions.get(asked.dimension)
        if found is None:
            known = ", ".join(self._dimensions)
            raise UserError(f"dimension: the bundle has no {asked.dimension!r}; it has {known}")
        return found

    def _moved(
        self, original: Original, dimension: Dimension, target: float, lower: Level | None
    ) -> tuple[Picture, int]:
        natural = torch.from_numpy(to_input([self._picture(original.blob)]))
        start = None if lower is None else torch.from_numpy(to_input([self._picture(lower.blob)]))
        settings = PathSettings(**self.manifest.spec["path"])
        coordinates, (component, direction) = self._probes[dimension.layer].coordinates, _axis(dimension)
        (found,) = along(natural, coordinates, component, direction, [target], settings, start=start)
        (picture,) = to_pictures(found.picture.numpy())
        return picture, found.steps

    def _noise(self, original: Original, target: float) -> Picture:
        seed = noise_seed(original.blob.sha256, self.manifest.spec["seed"], 0)
        (picture,) = noise_along(self._picture(original.blob), [target], np.random.default_rng(seed))
        return picture

    def _measured(self, original: Original, dimension: Dimension, picture: Picture) -> Moved:
        natural = self._picture(original.blob)
        if dimension.id == CONTROL:
            return measured_noise(self._network.module, natural, picture)
        return measured(self._probes[dimension.layer], natural, picture, *_axis(dimension))

    def _picture(self, blob: Blob) -> Picture:
        return decode_png(self._store.read_blob(blob.sha256))


def fault_between(target: float, moved: Moved, grid: list[Level], below: int) -> LevelFault:
    """Why a picture with `below` levels of its grid under it may not be shown, "" where it may.

    The rules are those of the grid (`synthesis.dimensions.measure.faults`). The step that drift is compared
    with is the grid's, in which the level lies; and the value must lie above those of the lower levels and,
    where the level above is another one, below that one's, as far as these have certificates.
    """
    step = grid[below].target - (grid[below - 1].target if below else 0.0)
    lower = [one.value for one in grid[:below] if one.passed]
    higher = [one.value for one in grid[below:] if one.passed and one.target > target * (1 + ROUNDING)]
    if abs(moved.value - target) > VALUE_OFF * target:
        return "level missed"
    if moved.drift > DRIFT * step:
        return "others drift"
    if moved.value <= max(lower, default=-np.inf) or moved.value >= min(higher, default=np.inf):
        return "order broken"
    return ""


def _within(target: float, grid: list[Level]) -> float:
    least, largest = grid[0].target, grid[-1].target
    if not least * (1 - ROUNDING) <= target <= largest * (1 + ROUNDING):
        raise UserError(
            f"target: {target:g} lies beyond the grid, whose levels go from {least:g} to {largest:g}; ask "
            "for one between"
        )
    return min(max(target, least), largest)


def _axis(dimension: Dimension) -> tuple[int, int]:
    """The component, from 0, and the direction, 1 or -1."""
    return dimension.component - 1, 1 if dimension.direction == "+" else -1
