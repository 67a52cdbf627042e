"""Manifests of bundles of either kind: of metamers, and of pictures along dimensions."""

from pathlib import Path

from synthesis.bundle.dimensions import DIMENSIONS_FORMAT, DimensionManifest
from synthesis.bundle.manifest import Manifest
from synthesis.bundle.store import BundleStore

AnyManifest = Manifest | DimensionManifest


def read_any(bundle_place: Path | str) -> AnyManifest:
    """What a bundle says of itself. Raises `BundleError` as `BundleStore.read_manifest`."""
    store = BundleStore(bundle_place)
    if store.format_of_manifest() == DIMENSIONS_FORMAT:
        return store.read_sealed(DimensionManifest)
    return store.read_manifest()
