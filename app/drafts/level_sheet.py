"""A bundle of dimensions as it is offered to a study: one of its pictures at rising levels; pure."""

from app.drafts.schemas import Offer, Sample, SheetRow
from app.drafts.spread import spread
from app.stimuli.medium import PICTURES
from synthesis.bundle.dimensions import Dimension, DimensionManifest, Original

SHEET_DIMENSIONS, SHEET_LEVELS = 4, 5


def offer_of_dimensions(place: str, manifest: DimensionManifest) -> Offer:
    """One original along some of the dimensions."""
    numbers = spread(sorted({level.level for level in manifest.levels}), SHEET_LEVELS)
    shown = spread(manifest.dimensions, SHEET_DIMENSIONS)
    originals = manifest.originals
    rows = (
        tuple(_row(manifest, one, originals[n % len(originals)], numbers) for n, one in enumerate(shown))
        if originals
        else ()
    )
    return Offer(
        place=place,
        digest=manifest.digest,
        model=manifest.model.name,
        medium=PICTURES.kind,
        layers=(),
        naturals=len(originals),
        categories=len({one.category for one in originals}),
        certified=sum(level.passed for level in manifest.levels),
        metamers=len(manifest.levels),
        duration_ms=None,
        heads=("dimension", "original", *(f"level {number + 1}" for number in numbers)),
        rows=rows,
        dimensions=tuple(one.id for one in manifest.dimensions),
    )


def _row(
    manifest: DimensionManifest, dimension: Dimension, original: Original, numbers: list[int]
) -> SheetRow:
    levels = {
        level.level: level
        for level in manifest.levels
        if (level.dimension, level.original) == (dimension.id, original.id)
    }
    samples = [Sample(original.blob.sha256, f"{original.id}, original")]
    for number in numbers:
        if (level := levels.get(number)) is not None:
            without = "" if level.passed else ", without certificate"
            words = f"{original.id}, {dimension.id} at level {level.target:.3g}{without}"
            samples.append(Sample(level.blob.sha256, words))
    return SheetRow(dimension.id, tuple(samples))
