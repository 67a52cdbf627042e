"""The report's table of sounds: each natural and its metamers by layer, to be seen and played."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from synthesis.bundle.manifest import Blob, Item, Manifest, Natural
from synthesis.bundle.store import BundleStore
from synthesis.common.wording import readable_layer
from synthesis.media.medium import Medium
from synthesis.media.registry import medium_named
from synthesis.report.contact_sheet import answer_note, why_no_certificate

_SIZE_PX = (360, 240)


@dataclass(frozen=True)
class SoundCell:
    """One sound: its picture and its bytes as data addresses, both empty without certificate."""

    name: str
    picture: str
    sound: str
    note: str


@dataclass(frozen=True)
class SoundRow:
    """A natural sound and its metamers with one seed."""

    category: str
    details: str
    cells: list[SoundCell]


def sound_rows(store: BundleStore, manifest: Manifest, naturals: Sequence[Natural]) -> list[SoundRow]:
    """The rows of these naturals; none if they are not heard: the contact sheet shows them."""
    medium = medium_named(manifest.model.input.kind)
    if not medium.played:
        return []
    items = {(item.stimulus, item.seed, item.layer): item for item in manifest.items}
    seeds = sorted({item.seed for item in manifest.items})
    return [
        SoundRow(
            natural.category,
            f"{natural.id.rsplit('/', 1)[-1]}, seed {seed}",
            list(
                _cells(store, medium, natural, [items[natural.id, seed, layer] for layer in manifest.layers])
            ),
        )
        for natural in naturals
        for seed in seeds
    ]


def _cells(
    store: BundleStore, medium: type[Medium], natural: Natural, items: Sequence[Item]
) -> Iterator[SoundCell]:
    yield _cell(store, medium, natural.blob, f"{natural.category}, natural", answer_note(natural))
    for item in items:
        certificate, name = item.certificate, f"{natural.category}, metamer of {readable_layer(item.layer)}"
        if certificate.passed:
            note = f"ρ {certificate.spearman:.3f}, error {certificate.relative_error:.2f}"
            yield _cell(store, medium, item.blob, name, note)
        else:
            yield SoundCell(name, "", "", "; ".join(why_no_certificate(item)))


def _cell(store: BundleStore, medium: type[Medium], blob: Blob, name: str, note: str) -> SoundCell:
    data = store.read_blob(blob.sha256)
    return SoundCell(
        name=name,
        picture=data_address("image/webp", webp(medium.drawn(data, _SIZE_PX))),
        sound=data_address(blob.media_type, data),
        note=note,
    )


def webp(picture: Image.Image) -> bytes:
    """WebP bytes, small enough to be part of a page."""
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", quality=88)
    return buffer.getvalue()


def data_address(media_type: str, data: bytes) -> str:
    """A `data:` address that holds the bytes itself."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
