"""What several tests need: small, real bundles of pictures and of sounds, and the YAML of studies on them."""

import hashlib
import io
import wave
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from synthesis.bundle.formats import PictureFormat, SoundFormat
from synthesis.bundle.manifest import (
    Certificate,
    DecisionRecord,
    Item,
    LayerMatch,
    Manifest,
    ModelRecord,
    Natural,
    Provenance,
)
from synthesis.bundle.nulls import Growth, Histogram, LayerNull, NullSource, NullSummary
from synthesis.bundle.store import BundleStore

CATEGORIES = (
    "airplane", "bear", "bicycle", "bird", "boat", "bottle", "car", "cat",
    "chair", "clock", "dog", "elephant", "keyboard", "knife", "oven", "truck",
)  # fmt: skip
# Prefixes and substrings of each other, an apostrophe, and two that differ in one phoneme.
WORDS = (
    "about", "act", "action", "bat", "cat", "don't", "every", "over",
    "play", "player", "seven", "the", "them", "theme", "water", "won't",
)  # fmt: skip
LAYERS = ("block2", "block10", "head")
SIZE_PX = 224
SOUND = SoundFormat(sample_rate_hz=20_000, samples=8_000)


@dataclass(frozen=True)
class TinyKind:
    """What tells a bundle of pictures from one of sounds. `make` gives a stimulus's bytes from a seed."""

    media_type: str
    input: PictureFormat | SoundFormat
    rule: str
    categories: tuple[str, ...]
    make: Callable[[int], bytes]


def build_tiny_bundle(
    root: str | Path,
    naturals: int = 20,
    failed: frozenset[tuple[int, int]] | None = None,
    kind: str = "picture",
    *,
    categories: Sequence[str] | None = None,
    layers: Sequence[str] = LAYERS,
    model: str = "tiny",
    size_px: int = SIZE_PX,
) -> Path:
    """Write a finished bundle of `naturals` stimuli and their metamers at three layers.

    `failed` holds (natural, layer) numbers whose certificate failed; by default two of them did. `kind` is
    picture or sound; `categories` and `layers` are other names than the usual. All bundles of a kind have
    natural stimuli of the same sources; each `model` has metamers of its own. `size_px` is of pictures.
    """
    failed = frozenset({(3, 2), (11, 2)}) if failed is None else failed
    store, tiny = BundleStore(root), KINDS[kind]
    tiny = tiny if categories is None else replace(tiny, categories=tuple(categories))
    tiny = tiny if size_px == SIZE_PX else _of_size(tiny, size_px)
    stimuli = [_natural(store, tiny, number) for number in range(naturals)]
    items = [
        _item(store, tiny, model, natural, number, layers, layer, passed=(number, layer) not in failed)
        for number, natural in enumerate(stimuli)
        for layer in range(len(layers))
    ]
    store.write_manifest(
        Manifest(
            created_at="2026-01-01T00:00:00+00:00",
            spec={
                "model": model,
                "layers": list(layers),
                "seed": 0,
                "prepare": "square-resize" if kind == "picture" else "level",
            },
            model=ModelRecord(
                name=model,
                weights="none",
                weights_sha256="0" * 64,
                layers=["stem", *layers],
                input=tiny.input,
            ),
            decision=DecisionRecord(rule=tiny.rule, categories=list(tiny.categories)),
            layers=list(layers),
            freed_clamps={layer: [] for layer in layers},
            naturals=stimuli,
            null=NullSource(
                kind="file", description="drawn blocks", file_sha256="0" * 64, least_pairs=100_000
            ),
            null_stimuli=[],
            nulls=[_null(layer) for layer in layers],
            items=items,
            software={"python": "3"},
        )
    )
    return Path(root)


def study_yaml(bundle: Path | str, *, name: str = "tiny", extra: str = "", **fields: object) -> str:
    """A study definition as a user would write it; `fields` replace the defaults below.

    Its course is short, unless `extra` gives another.
    """
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
    text = "\n".join(lines) + "\n" + extra
    if "steps:" in extra or values["preset"] != "image16-online":
        return text
    practice = "practice, practice_done, " if values["practice_trials"] else ""
    return f"{text.rstrip()}\nsteps: [instructions, {practice}trials]\n"


def abx_study_yaml(bundle: Path | str, *, adaptive: str = "", **fields: object) -> str:
    """A study of thresholds as a user would write it; `adaptive` is the content of that section."""
    defaults = {"name": "abx", "title": "Telling pictures apart", "preset": "mame-abx"}
    extra = f"adaptive: {{{adaptive}}}\n"
    whole = study_yaml(bundle, extra=extra, **{**defaults, **fields})  # type: ignore[arg-type]
    return "".join(line for line in whole.splitlines(keepends=True) if line != "layers: all\n")


def networks_study_yaml(entries: Sequence[str], *, extra: str = "", **fields: object) -> str:
    """A study of several bundles; `entries` are the items of `stimuli`, as a user would write them."""
    whole = study_yaml("none", extra=extra, **fields)  # type: ignore[arg-type]
    lines = [line for line in whole.splitlines() if not line.startswith(("bundle: ", "layers: "))]
    return "\n".join([*lines, "stimuli:", *(f"  - {{{entry}}}" for entry in entries)]) + "\n"


def word_study_yaml(bundle: Path | str, **fields: object) -> str:
    """A study of words as a user would write it."""
    defaults = {"name": "words", "title": "Hearing words", "preset": "words-online"}
    return study_yaml(bundle, **{**defaults, **fields})  # type: ignore[arg-type]


def _natural(store: BundleStore, tiny: TinyKind, number: int) -> Natural:
    category = tiny.categories[number % len(tiny.categories)]
    data = tiny.make(number)
    return Natural(
        id=f"n{number:03d}",
        category=category,
        blob=store.put_blob(data, tiny.media_type),
        source_sha256=hashlib.sha256(f"{tiny.media_type} {number}".encode()).hexdigest(),
        answer=category,
    )


def _item(
    store: BundleStore,
    tiny: TinyKind,
    model: str,
    natural: Natural,
    number: int,
    layers: Sequence[str],
    layer: int,
    *,
    passed: bool,
) -> Item:
    match = 1.0 if passed else 0.1
    measured = {"spearman": match, "pearson_r2": match, "snr_db": 40 * match, "relative_error": 1.01 - match}
    return Item(
        id=f"{natural.id}-{layers[layer]}-0",
        stimulus=natural.id,
        layer=layers[layer],
        seed=0,
        blob=store.put_blob(tiny.make(_seed(model) + 10 * number + layer), tiny.media_type),
        certificate=Certificate(
            natural_answer=natural.category,
            metamer_answer=natural.category,
            passed=passed,
            fault="" if passed else "inside the null",
            **measured,
        ),
        profile=[LayerMatch(layer=layers[layer], **measured)],
        provenance=Provenance(
            recipe="fast",
            noise_seed=number,
            steps=1,
            loss_steps=[0],
            losses=[1.0],
            seconds=0.1,
            device="cpu",
            threads=1,
            tf32=False,
        ),
    )


def _seed(model: str) -> int:
    """Where the seeds of a model's metamers begin."""
    return 1000 if model == "tiny" else 10_000 * (1 + zlib.crc32(model.encode()) % 1000)


def _of_size(tiny: TinyKind, size_px: int) -> TinyKind:
    return replace(tiny, input=PictureFormat(size_px=size_px), make=lambda seed: _blocks_png(seed, size_px))


def _blocks_png(seed: int, size_px: int = SIZE_PX) -> bytes:
    """Coloured blocks: coarse for a natural picture, fine for a metamer."""
    blocks = 7 if seed < 1000 else 28
    colours = np.random.default_rng(seed).integers(0, 256, (blocks, blocks, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(colours).resize((size_px, size_px), Image.Resampling.NEAREST).save(stream, "png")
    return stream.getvalue()


def wav(samples: np.ndarray, rate_hz: int = SOUND.sample_rate_hz, channels: int = 1) -> bytes:
    """A WAV file of 16-bit samples."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()


def tone(seed: int) -> bytes:
    """A quiet tone whose frequency is the seed's."""
    times_s = np.arange(SOUND.samples) / SOUND.sample_rate_hz
    return wav(np.rint(1500 * np.sin(2 * np.pi * (200 + seed) * times_s)))


def _null(layer: str) -> LayerNull:
    stimuli, pairs = 1_415, 1_000_405
    summary = NullSummary(
        maximum=0.5,
        percentile_99=0.4,
        histogram=Histogram(edges=[-0.5, 0, 0.5], counts=[pairs, 0]),
        best=("one.png", "other.png"),
        growth=[Growth(pairs=pairs, median=0.5, low=0.5, high=0.5)],
    )
    return LayerNull(
        layer=layer, stimuli=stimuli, pairs=pairs, spearman=summary, pearson_r2=summary, snr_db=summary
    )


KINDS = {
    "picture": TinyKind("image/png", PictureFormat(size_px=SIZE_PX), "feather", CATEGORIES, _blocks_png),
    "sound": TinyKind("audio/wav", SOUND, "words", WORDS, tone),
}
