"""A small, real bundle of dimensions for the pages that show one."""

import hashlib
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.stimuli import service as stimuli
from synthesis.bundle.dimensions import (
    CONTROL,
    Dimension,
    DimensionManifest,
    DimensionNetwork,
    Level,
    LevelFault,
    Original,
)
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.store import BundleStore
from tests.support import _blocks_png

DIMENSIONS = (
    Dimension(id="stem/2-", layer="stem", component=2, direction="-", explained=0.031),
    Dimension(id="block2/1+", layer="block2", component=1, direction="+", explained=0.2),
    Dimension(id=CONTROL, unit="rms"),
)
TARGETS = (0.5, 1.0, 2.0, 4.0)
SIZE_PX = 64
# (original, dimension, level) of the pictures without certificate.
FAULTS: dict[tuple[str, str, int], LevelFault] = {
    ("o01", "stem/2-", 3): "level missed",
    ("o02", "block2/1+", 0): "others drift",
}


def build_levels(root: Path, originals: int = 3, size_px: int = SIZE_PX) -> DimensionManifest:
    """Write a finished bundle of dimensions."""
    store = BundleStore(root)
    natural = [
        Original(
            id=f"o{n:02}",
            category=("bear", "dog")[n % 2],
            blob=store.put_blob(_blocks_png(n, size_px), "image/png"),
            source_sha256=hashlib.sha256(f"original {n}".encode()).hexdigest(),
            label=200 + n,
        )
        for n in range(originals)
    ]
    levels = [
        _level(store, n, original, one, number, size_px)
        for n, original in enumerate(natural)
        for one in DIMENSIONS
        for number in range(len(TARGETS))
    ]
    manifest = DimensionManifest(
        created_at="2026-01-01T00:00:00+00:00",
        spec={},
        model=DimensionNetwork(
            name="efficientnet_lite0",
            weights="none",
            weights_sha256="0" * 64,
            input=PictureFormat(size_px=size_px),
        ),
        fit=store.put_blob(b"fit", "application/octet-stream"),
        dimensions=list(DIMENSIONS),
        originals=natural,
        levels=levels,
        software={"python": "3"},
    )
    store.write_manifest(manifest)
    return store.read_sealed(DimensionManifest)


def _level(
    store: BundleStore, n: int, original: Original, one: Dimension, number: int, size_px: int
) -> Level:
    target = TARGETS[number] / 40 if one.id == CONTROL else TARGETS[number]
    fault = FAULTS.get((original.id, one.id, number), "")
    seed = 1_000 + 100 * n + 10 * [each.id for each in DIMENSIONS].index(one.id) + number
    return Level(
        original=original.id,
        dimension=one.id,
        level=number,
        target=target,
        blob=store.put_blob(_blocks_png(seed, size_px), "image/png"),
        value=target * (0.8 if fault else 0.99),
        drift=0.02,
        rms=target if one.id == CONTROL else 0.01 * target,
        ssim=0.9,
        saturated=0.0,
        label=original.label + (number == len(TARGETS) - 1),
        steps=30,
        passed=not fault,
        fault=fault,
    )


async def store_levels(session: AsyncSession, root: Path, manifest: DimensionManifest) -> int:
    """The rows of a bundle of dimensions; returns its id."""
    return (await stimuli.ingest(session, COMMAND_LINE, root, manifest, utc_now())).id
