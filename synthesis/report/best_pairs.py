"""The two stimuli that make each maximum of the nulls, as rows of the report."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.nulls import STATISTICS
from synthesis.bundle.store import BundleStore
from synthesis.common.wording import readable_layer
from synthesis.media.registry import medium_named
from synthesis.report.nulls import TITLES
from synthesis.report.playable import data_address, webp

_THUMBNAIL_PX = (72, 72)


@dataclass(frozen=True)
class BestPair:
    """`pictures` are data addresses of the two where the bundle holds them, else empty."""

    layer: str
    statistic: str
    maximum: str
    names: tuple[str, str]
    pictures: tuple[str, ...]


def best_pairs(store: BundleStore, manifest: Manifest) -> Iterator[BestPair]:
    """One row for each layer and statistic."""
    held = {natural.id: natural.blob.sha256 for natural in manifest.naturals}
    held |= {stimulus.id: stimulus.blob.sha256 for stimulus in manifest.null_stimuli}
    own = manifest.null.kind in ("stimuli", "null_stimuli")
    for null in manifest.nulls:
        for statistic in STATISTICS:
            summary = getattr(null, statistic)
            shown = tuple(_drawn(store, manifest, held[name]) for name in summary.best) if own else ()
            yield BestPair(
                readable_layer(null.layer), TITLES[statistic], f"{summary.maximum:.3f}", summary.best, shown
            )


def _drawn(store: BundleStore, manifest: Manifest, sha256: str) -> str:
    medium = medium_named(manifest.model.input.kind)
    return data_address("image/webp", webp(medium.drawn(store.read_blob(sha256), _THUMBNAIL_PX)))
