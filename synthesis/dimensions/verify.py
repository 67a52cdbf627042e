"""Checking a bundle of dimensions from its files alone: all but the paths themselves is measured again."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from synthesis.bundle.dimensions import CONTROL, DimensionManifest, Level
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from synthesis.dimensions.fit_file import fit_of_bytes
from synthesis.dimensions.measure import Moved, Probe, judged, label, measured, measured_noise
from synthesis.dimensions.recorded import network_of
from synthesis.media.pictures import decode_png
from synthesis.process.device import exact_float32
from synthesis.process.progress import Steps
from synthesis.runs.differences import TOLERANCE


def verify_grid(
    store: BundleStore, weights: Path | None = None, model: str | None = None
) -> tuple[DimensionManifest, list[str]]:
    """The manifest, and one line per difference between it and what its files say; none means that it holds.

    `weights` is the checkpoint file of a bundle that was made with one, `model` where a user's own module
    lies. Raises `UserError` when one of them is needed and not given, or the network is another one.
    """
    exact_float32()
    manifest = store.read_sealed(DimensionManifest)
    return manifest, list(_differences(store, manifest, weights, model))


def _differences(
    store: BundleStore, manifest: DimensionManifest, weights: Path | None, model: str | None
) -> Iterator[str]:
    damaged = list(_damaged(store, manifest))
    yield from damaged or _inventory(manifest) or _again(store, manifest, weights, model)


def _damaged(store: BundleStore, manifest: DimensionManifest) -> Iterator[str]:
    for blob in manifest.blobs():
        try:
            store.read_blob(blob.sha256)
        except BundleError as error:
            yield str(error)


def _inventory(manifest: DimensionManifest) -> list[str]:
    """Every picture of the spec exactly once, in order."""
    number = len(manifest.spec["levels"])
    expected = [
        (original.id, dimension.id, level)
        for dimension in manifest.dimensions
        for original in manifest.originals
        for level in range(number)
    ]
    found = [(level.original, level.dimension, level.level) for level in manifest.levels]
    missing = sorted(set(expected) - set(found))
    if missing:
        return [f"{missing[0]}: is not among the levels"]
    return [] if len(found) == len(expected) else ["levels: some are there twice, or belong to nothing"]


def _again(
    store: BundleStore, manifest: DimensionManifest, weights: Path | None, model: str | None
) -> Iterator[str]:
    fit = fit_of_bytes(store.read_blob(manifest.fit.sha256), "the bundle's fit")
    layers = sorted({one.layer for one in manifest.dimensions if one.layer})
    network = network_of(manifest, weights, model).including(layers)
    probes = {layer: Probe(network, layer, fit.layers[layer]) for layer in layers}
    pictures = {one.id: decode_png(store.read_blob(one.blob.sha256)) for one in manifest.originals}
    dimensions = {one.id: one for one in manifest.dimensions}
    with Steps("pictures", len(manifest.levels) + len(manifest.originals)) as progress:
        for original in manifest.originals:
            if label(network.module, pictures[original.id]) != original.label:
                yield f"{original.id}: the network gives another label"
            progress.advance()
        for (name, where), path in groupby(manifest.levels, lambda one: (one.original, one.dimension)):
            dimension, levels = dimensions[where], list(path)
            found = []
            for level in levels:
                picture = decode_png(store.read_blob(level.blob.sha256))
                if where == CONTROL:
                    moved = measured_noise(network.module, pictures[name], picture)
                else:
                    sign = 1 if dimension.direction == "+" else -1
                    probe = probes[dimension.layer]
                    moved = measured(probe, pictures[name], picture, dimension.component - 1, sign)
                found.append(moved)
                progress.advance()
            yield from _of_path(levels, found)


def _of_path(levels: list[Level], found: list[Moved]) -> Iterator[str]:
    for level, moved in zip(levels, found, strict=True):
        for name, value in vars(moved).items():
            recorded = getattr(level, name)
            if abs(recorded - value) > TOLERANCE * max(1.0, abs(recorded)):
                yield f"{_named(level)}: {name} is {value:.6g}, recorded {recorded:.6g}"
    again = [level.model_copy(update=vars(moved)) for level, moved in zip(levels, found, strict=True)]
    for level, one in zip(levels, judged(again), strict=True):
        if (level.passed, level.fault) != (one.passed, one.fault):
            yield f"{_named(level)}: {one.fault or 'passes'}, recorded {level.fault or 'passes'}"


def _named(level: Level) -> str:
    return f"{level.original} along {level.dimension}, level {level.level}"
