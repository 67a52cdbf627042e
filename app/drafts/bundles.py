"""The bundles that a study can be made of: those in the database, and those in the folder of bundles."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from app.core.errors import NotFound
from app.drafts.level_sheet import offer_of_dimensions
from app.drafts.schemas import Offer, Sample, SheetRow
from app.drafts.spread import spread
from app.stimuli import service as stimuli
from app.stimuli.service import AnyManifest
from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.manifest import NATURAL, Blob, Manifest
from synthesis.common.errors import BundleError

DEPTHS = ("*/manifest.json", "*/*/manifest.json")
MOST = 200  # of the folder
SHEET_NATURALS, SHEET_LAYERS = 4, 6


def offers(known: Iterable[str], folder: Path) -> list[Offer]:
    """The bundles at these places and in the folder, each once, in the order of their places.

    Those that cannot be read are left out: unfinished runs, and folders that have vanished.
    """
    places = {str(Path(place).resolve()) if "://" not in place else place for place in known}
    for pattern in DEPTHS:
        places |= {str(path.parent.resolve()) for path in sorted(folder.glob(pattern))[:MOST]}
    found: dict[str, Offer] = {}
    for place in sorted(places):
        manifest = manifest_at(place)
        if manifest is not None and manifest.digest not in found:
            found[manifest.digest] = (
                offer_of_dimensions(place, manifest)
                if isinstance(manifest, DimensionManifest)
                else _offer(place, manifest)
            )
    return list(found.values())


def manifest_at(place: str) -> AnyManifest | None:
    """What a bundle says of itself; None if it cannot be read now."""
    try:
        changed = 0.0 if "://" in place else (Path(place) / "manifest.json").stat().st_mtime
        return _manifest(place, changed)
    except (BundleError, OSError, ValueError):
        return None


@lru_cache(maxsize=32)
def _manifest(place: str, _changed: float) -> AnyManifest:
    return stimuli.read_any_manifest(place)


def sample(offered: Sequence[Offer], digest: str, blob: str) -> tuple[bytes, str]:
    """The bytes of a stimulus of one of these bundles, and their type. Raises `NotFound`."""
    offer = next((one for one in offered if one.digest == digest), None)
    manifest = manifest_at(offer.place) if offer else None
    if offer is None or manifest is None:
        raise NotFound("unknown_bundle", "There is no such bundle on this server.")
    known = {one.sha256: one for one in _presented(manifest)}
    if blob not in known:
        raise NotFound("unknown_stimulus", "The bundle has no such stimulus.")
    media_type = known[blob].media_type
    return stimuli.read_stimulus(offer.place, blob, media_type), media_type


def _presented(manifest: AnyManifest) -> list[Blob]:
    if isinstance(manifest, DimensionManifest):
        return [one.blob for one in manifest.originals] + [one.blob for one in manifest.levels]
    return [one.blob for one in manifest.naturals] + [one.blob for one in manifest.items]


@lru_cache(maxsize=64)
def _duration_ms(place: str, blob: str) -> float:
    return stimuli.sound_ms(place, blob)


def _offer(place: str, manifest: Manifest) -> Offer:
    medium = stimuli.medium_of(manifest)
    layers = spread(manifest.layers, SHEET_LAYERS)
    first = manifest.naturals[0].blob.sha256 if manifest.naturals else None
    return Offer(
        place=place,
        digest=manifest.digest,
        model=manifest.model.name,
        medium=medium.kind,
        layers=tuple(manifest.layers),
        naturals=len(manifest.naturals),
        categories=len(stimuli.answerable(manifest)),
        certified=sum(one.certificate.passed for one in manifest.items),
        metamers=len(manifest.items),
        duration_ms=_duration_ms(place, first) if medium.lasts and first else None,
        heads=(NATURAL, *layers),
        rows=_rows(manifest, layers),
    )


def _rows(manifest: Manifest, layers: Sequence[str]) -> tuple[SheetRow, ...]:
    """A few natural stimuli of different categories, with a metamer of each of these layers."""
    chosen = list({one.category: one for one in reversed(manifest.naturals)}.values())[-SHEET_NATURALS:]
    items = {(one.stimulus, one.layer): one for one in reversed(manifest.items)}
    rows = []
    for natural in reversed(chosen):
        samples = [Sample(natural.blob.sha256, f"{natural.category}, natural")]
        for layer in layers:
            if (item := items.get((natural.id, layer))) is not None:
                without = "" if item.certificate.passed else ", without certificate"
                samples.append(Sample(item.blob.sha256, f"{natural.category}, {layer}{without}"))
        rows.append(SheetRow(natural.category, tuple(samples)))
    return tuple(rows)
