"""What several tests need: a small, real stimulus bundle, and the YAML of a study on it."""

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

from synthesis.bundle.manifest import (
    Certificate,
    DecisionRecord,
    Histogram,
    Item,
    LayerMatch,
    LayerNull,
    Manifest,
    ModelRecord,
    Natural,
    NullSummary,
    PictureFormat,
    Provenance,
)
from synthesis.bundle.store import BundleStore

CATEGORIES = (
    "airplane", "bear", "bicycle", "bird", "boat", "bottle", "car", "cat",
    "chair", "clock", "dog", "elephant", "keyboard", "knife", "oven", "truck",
)  # fmt: skip
LAYERS = ("block2", "block10", "head")
SIZE_PX = 224


def build_tiny_bundle(
    root: str | Path, naturals: int = 20, failed: frozenset[tuple[int, int]] | None = None
) -> Path:
    """Write a finished bundle of `naturals` pictures and their metamers at three layers.

    `failed` holds (natural, layer) numbers whose certificate failed; by default two of them did.
    """
    failed = frozenset({(3, 2), (11, 2)}) if failed is None else failed
    store = BundleStore(root)
    pictures = [_natural(store, number) for number in range(naturals)]
    items = [
        _item(store, natural, number, layer, passed=(number, layer) not in failed)
        for number, natural in enumerate(pictures)
        for layer in range(len(LAYERS))
    ]
    store.write_manifest(
        Manifest(
            created_at="2026-01-01T00:00:00+00:00",
            spec={"model": "tiny", "layers": list(LAYERS), "seed": 0},
            model=ModelRecord(
                name="tiny",
                weights="none",
                weights_sha256="0" * 64,
                layers=["stem", *LAYERS],
                input=PictureFormat(size_px=SIZE_PX),
            ),
            decision=DecisionRecord(rule="feather", categories=list(CATEGORIES)),
            layers=list(LAYERS),
            naturals=pictures,
            null_stimuli=[],
            nulls=[_null(layer, naturals) for layer in LAYERS],
            items=items,
            software={"python": "3"},
        )
    )
    return Path(root)


def study_yaml(bundle: Path | str, *, name: str = "tiny", extra: str = "", **fields: object) -> str:
    """A study definition as a user would write it; `fields` replace the defaults below."""
    values: dict[str, object] = {
        "name": name,
        "title": "Naming pictures",
        "preset": "image16-online",
        "bundle": bundle,
        "seed": 1,
        "practice_trials": 4,
        "layers": "all",
        "participants": 8,
        "duration_minutes": 5,
        **fields,
    }
    lines = [f"{key}: {value}" for key, value in values.items()]
    lines += ["consent: |", "  You will see pictures for a moment.", "", "  You may stop at any time."]
    return "\n".join(lines) + "\n" + extra


def _natural(store: BundleStore, number: int) -> Natural:
    category = CATEGORIES[number % len(CATEGORIES)]
    png = _blocks_png(number, blocks=7)
    return Natural(
        id=f"n{number:03d}",
        category=category,
        blob=store.put_blob(png, "image/png"),
        source_sha256=hashlib.sha256(png).hexdigest(),
        answer=category,
    )


def _item(store: BundleStore, natural: Natural, number: int, layer: int, *, passed: bool) -> Item:
    match = 1.0 if passed else 0.1
    measured = {"spearman": match, "pearson_r2": match, "snr_db": 40 * match, "relative_error": 1.01 - match}
    return Item(
        id=f"{natural.id}-{LAYERS[layer]}-0",
        stimulus=natural.id,
        layer=LAYERS[layer],
        seed=0,
        blob=store.put_blob(_blocks_png(1000 + 10 * number + layer, blocks=28), "image/png"),
        certificate=Certificate(
            natural_answer=natural.category,
            metamer_answer=natural.category,
            passed=passed,
            **measured,
        ),
        profile=[LayerMatch(layer=LAYERS[layer], **measured)],
        provenance=Provenance(
            recipe="fast",
            noise_seed=number,
            steps=1,
            loss_steps=[0],
            losses=[1.0],
            seconds=0.1,
            device="cpu",
        ),
    )


def _blocks_png(seed: int, blocks: int) -> bytes:
    colours = np.random.default_rng(seed).integers(0, 256, (blocks, blocks, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(colours).resize((SIZE_PX, SIZE_PX), Image.Resampling.NEAREST).save(stream, "png")
    return stream.getvalue()


def _null(layer: str, naturals: int) -> LayerNull:
    histogram = Histogram(edges=[-0.5, 0, 0.5], counts=[naturals * (naturals - 1) // 2, 0])
    summary = NullSummary(maximum=0.5, percentile_99=0.4, histogram=histogram)
    return LayerNull(
        layer=layer,
        stimuli=naturals,
        pairs=naturals * (naturals - 1) // 2,
        spearman=summary,
        pearson_r2=summary,
        snr_db=summary,
    )
