"""What a bundle of dimensions must be, and its rows in the database."""

from collections import defaultdict
from itertools import pairwise, product
from math import isfinite

from app.db.tables import Stimulus
from app.stimuli import png
from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.manifest import NATURAL
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError
from synthesis.common.names import composed


def verify(store: BundleStore) -> DimensionManifest:
    """Read a bundle of dimensions and all its blobs.

    Raises `BundleError`: it is unfinished, a blob is missing or changed, a picture is not what the network is
    shown or carries text that would be sent to participants, a dimension has no level of an original, or the
    levels do not rise.
    """
    manifest = store.read_sealed(DimensionManifest)
    if found := _inconsistency(manifest):
        raise BundleError(f"{store.manifest_path}: {found}; make the bundle again")
    shown = {one.blob.sha256 for one in manifest.originals} | {one.blob.sha256 for one in manifest.levels}
    for blob in manifest.blobs():
        data = store.read_blob(blob.sha256)
        if blob.sha256 in shown and (fault := png.fault(data, manifest.model.input)):
            raise BundleError(
                f"{store.blob_path(blob.sha256)}: the picture {fault}; write it again without that fault"
            )
    return manifest


def _inconsistency(manifest: DimensionManifest) -> str | None:
    originals = {one.id for one in manifest.originals}
    dimensions = {one.id for one in manifest.dimensions}
    if NATURAL in dimensions:
        return f"a dimension is called {NATURAL!r}, which stands for the originals"
    if not originals or not dimensions:
        return "it lists no original or no dimension"
    if len(originals) < len(manifest.originals) or len(dimensions) < len(manifest.dimensions):
        return "an original or a dimension is listed twice"
    return _fault_of_levels(manifest, originals, dimensions)


def _fault_of_levels(manifest: DimensionManifest, originals: set[str], dimensions: set[str]) -> str | None:
    targets: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for one in manifest.levels:
        if one.original not in originals or one.dimension not in dimensions:
            return f"level {one.level} is of {one.original!r} and {one.dimension!r}, which it does not list"
        if one.level in targets[one.original, one.dimension]:
            return f"level {one.level} of {one.original!r} along {one.dimension!r} is there twice"
        if not isfinite(one.target + one.value) or (one.passed and one.value <= 0):
            which = f"level {one.level} of {one.original!r} along {one.dimension!r}"
            return f"{which} has the target {one.target} and the value {one.value}, which cannot be"
        targets[one.original, one.dimension][one.level] = one.target
    for original, dimension in product(sorted(originals), sorted(dimensions)):
        if (original, dimension) not in targets:
            return f"there is no level of {original!r} along {dimension!r}"
    for (original, dimension), found in targets.items():
        rising = [found[level] for level in sorted(found)]
        if any(after <= before for before, after in pairwise(rising)):
            return f"the levels of {original!r} along {dimension!r} do not rise"
    return None


def layers(manifest: DimensionManifest) -> list[str]:
    """The layers of the dimensions, each once."""
    return list(dict.fromkeys(one.layer for one in manifest.dimensions if one.layer))


def categories(manifest: DimensionManifest) -> list[str]:
    """Those of the originals, sorted."""
    return sorted({composed(one.category) for one in manifest.originals})


def rows(manifest: DimensionManifest, bundle_id: int | None = None) -> list[Stimulus]:
    """Originals, and every level of every dimension, certified or not."""
    categories = {one.id: composed(one.category) for one in manifest.originals}
    found = [
        Stimulus(
            bundle_id=bundle_id,
            natural_id=composed(one.id),
            category=categories[one.id],
            condition=NATURAL,
            seed=0,
            blob_sha256=one.blob.sha256,
            source_sha256=one.source_sha256,
            media_type=one.blob.media_type,
            certified=True,
            certificate={},
        )
        for one in manifest.originals
    ]
    measured = {"target", "value", "drift", "rms", "ssim", "saturated", "label", "steps", "fault"}
    found += [
        Stimulus(
            bundle_id=bundle_id,
            natural_id=composed(one.original),
            category=categories[one.original],
            condition=one.dimension,
            seed=one.level,
            blob_sha256=one.blob.sha256,
            media_type=one.blob.media_type,
            certified=one.passed,
            certificate=one.model_dump(mode="json", include=measured),
        )
        for one in manifest.levels
    ]
    return found
