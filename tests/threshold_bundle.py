"""A small bundle of dimensions, made without a network: pictures of noise at rising contrasts."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from synthesis.bundle.dimensions import (
    CONTROL,
    Dimension,
    DimensionManifest,
    DimensionNetwork,
    Level,
    Original,
)
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.store import BundleStore

ORIGINALS, SIDE_PX = 4, 16
SD_LEVELS = tuple(float(level) for level in np.geomspace(0.25, 4, 6))
RMS_LEVELS = tuple(float(level) for level in np.geomspace(0.01, 0.16, 6))
DIMENSIONS = (
    Dimension(id="block2/1+", layer="block2", component=1, direction="+", explained=0.2),
    Dimension(id="block10/1+", layer="block10", component=1, direction="+", explained=0.3),
    Dimension(id="block10/2-", layer="block10", component=2, direction="-", explained=0.1),
    Dimension(id=CONTROL, unit="rms"),
)
FAILED = ("o1", "block2/1+", 5)  # the level of an original without a certificate


def build_dimension_bundle(root: Path) -> Path:
    """Write a finished bundle of `DIMENSIONS`."""
    store, random = BundleStore(root), np.random.default_rng(3)
    pictures = [random.integers(60, 196, (SIDE_PX, SIDE_PX, 3)) for _ in range(ORIGINALS)]
    originals = [
        Original(
            id=f"o{number}",
            category="dog",
            blob=store.put_blob(_png(picture), "image/png"),
            source_sha256=f"{number:064d}",
            label=5,
        )
        for number, picture in enumerate(pictures)
    ]
    levels = [
        level
        for one in DIMENSIONS
        for original, picture in zip(originals, pictures, strict=True)
        for level in _levels(store, one, original, picture, random)
    ]
    store.write_manifest(
        DimensionManifest(
            created_at="2026-01-01T00:00:00+00:00",
            spec={"model": "tiny", "path": {"steps": 30, "rate": 0.002}},
            model=DimensionNetwork(
                name="tiny", weights="none", weights_sha256="0" * 64, input=PictureFormat(size_px=SIDE_PX)
            ),
            fit=store.put_blob(b"no fit", "application/octet-stream"),  # type: ignore[arg-type]
            dimensions=list(DIMENSIONS),
            originals=originals,
            levels=levels,
            software={"python": "3"},
        )
    )
    return root


def _levels(
    store: BundleStore, one: Dimension, original: Original, picture: Any, random: np.random.Generator
) -> Iterator[Level]:
    pattern = np.sign(random.standard_normal(picture.shape))
    off = random.uniform(0.95, 1.05)
    for number, target in enumerate(RMS_LEVELS if one.id == CONTROL else SD_LEVELS):
        rms = target if one.id == CONTROL else 0.02 * target
        changed = np.clip(np.rint(picture + 255 * rms * pattern), 0, 255)
        passed = (original.id, one.id, number) != FAILED
        yield Level(
            original=original.id,
            dimension=one.id,
            level=number,
            target=target,
            blob=store.put_blob(_png(changed), "image/png"),
            value=rms if one.id == CONTROL else target * off,
            drift=0.01,
            rms=rms,
            ssim=0.9,
            saturated=0.0,
            label=5,
            steps=12,
            passed=passed,
            fault="" if passed else "level missed",
        )


def _png(pixels: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()
