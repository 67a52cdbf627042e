"""The contact sheet of a bundle: rows are stimuli, columns the natural one and each layer's metamer."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from upath import UPath

from synthesis.bundle.manifest import Blob, Item, Manifest, Natural
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.wording import readable_layer
from synthesis.media.pictures import encode_png
from synthesis.media.registry import medium_named
from synthesis.networks.registry import nearest_first
from synthesis.process.progress import Steps

SHEET = "contact_sheet.png"
_CELL_PX = 160
_GAP_PX = 6
_HEAD_PX = 26
_FOOT_PX = 20
_SIDE_PX = 190
_INK, _PALE, _WARNING = (20, 20, 20), (100, 106, 112), (176, 0, 32)


def contact_sheet(store: BundleStore, only: Sequence[str] = ()) -> Image.Image:
    """Draw the sheet of a finished bundle: one row per stimulus and seed, layers in depth order.

    `only` are the ids of the stimuli to draw; all of them if it is empty.

    A metamer without a certificate is not drawn; its place says why it failed. Under each metamer: Spearman's
    rho and the relative error. Raises `BundleError` for an unfinished or damaged bundle, `UserError` for an
    unknown id.
    """
    manifest = store.read_manifest()
    items = {(item.stimulus, item.seed, item.layer): item for item in manifest.items}
    seeds = sorted({item.seed for item in manifest.items})
    naturals = _chosen(manifest, only)
    sheet = _Sheet(store, manifest, rows=len(naturals) * len(seeds))
    with Steps("stimuli", len(naturals)) as progress:
        for index, natural in enumerate(naturals):
            for offset, seed in enumerate(seeds):
                row = [items[natural.id, seed, layer] for layer in manifest.layers]
                sheet.draw_row(index * len(seeds) + offset, natural, row)
            progress.advance()
    return sheet.image


class _Sheet:
    def __init__(self, store: BundleStore, manifest: Manifest, rows: int) -> None:
        self.store, self.medium = store, medium_named(manifest.model.input.kind)
        columns = ["natural", *manifest.layers]
        width = _SIDE_PX + len(columns) * (_CELL_PX + _GAP_PX)
        self.image = Image.new("RGB", (width, _HEAD_PX + rows * _row_px()), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.load_default(13)
        for column, title in enumerate(columns):
            self.draw.text((_left(column), 6), readable_layer(title), _INK, self.font)

    def draw_row(self, row: int, natural: Natural, items: list[Item]) -> None:
        top = _HEAD_PX + row * _row_px()
        self._side(top, natural, items[0].seed)
        self._stimulus(_left(0), top, natural.blob, answer_note(natural))
        for column, item in enumerate(items, start=1):
            if item.certificate.passed:
                certificate = item.certificate
                note = f"rho {certificate.spearman:.3f}  err {certificate.relative_error:.2f}"
                self._stimulus(_left(column), top, item.blob, note)
            else:
                self._gap(_left(column), top, item)

    def _side(self, top: int, natural: Natural, seed: int) -> None:
        for line, text in enumerate([natural.category, _shortened(natural.id), f"seed {seed}"]):
            self.draw.text((6, top + 4 + 18 * line), text, _PALE if line else _INK, self.font)

    def _stimulus(self, left: int, top: int, blob: Blob, note: str) -> None:
        drawn = self.medium.drawn(self.store.read_blob(blob.sha256), (_CELL_PX, _CELL_PX))
        self.image.paste(drawn, (left, top))
        self.draw.text((left, top + _CELL_PX + 2), note, _PALE, self.font)

    def _gap(self, left: int, top: int, item: Item) -> None:
        box = (left, top, left + _CELL_PX - 1, top + _CELL_PX - 1)
        self.draw.rectangle(box, outline=_PALE)
        text = "\n".join(why_no_certificate(item))
        self.draw.multiline_text((left + 8, top + 8), text, _WARNING, self.font)


def answer_note(natural: Natural) -> str:
    """What the network answered to a natural stimulus; nothing if it has no labels or spelled no letter."""
    return f"answer: {natural.answer}" if natural.answer else ""


def why_no_certificate(item: Item) -> list[str]:
    """Lines that stand in the place of a metamer that is not shown."""
    certificate = item.certificate
    lines = ["no certificate"]
    if certificate.metamer_answer != certificate.natural_answer:
        lines.append(f"answer: {certificate.metamer_answer}")
    return [*lines, f"rho {certificate.spearman:.3f}", f"SNR {certificate.snr_db:.1f} dB"]


def write_contact_sheet(store: BundleStore, path: Path | UPath, only: Sequence[str] = ()) -> None:
    """Draw the sheet of `contact_sheet` and write it to `path` as PNG."""
    write_atomically(path, encode_png(np.asarray(contact_sheet(store, only))))


def _chosen(manifest: Manifest, only: Sequence[str]) -> list[Natural]:
    known = {natural.id: natural for natural in manifest.naturals}
    for name in only:
        if name not in known:
            near = ", ".join(nearest_first(name, list(known))[:5])
            raise UserError(f"the bundle has no stimulus {name!r}; some that it has: {near}")
    return [known[name] for name in only] or manifest.naturals


def _row_px() -> int:
    return _CELL_PX + _FOOT_PX + _GAP_PX


def _left(column: int) -> int:
    return _SIDE_PX + column * (_CELL_PX + _GAP_PX)


def _shortened(text: str, length: int = 26) -> str:
    name = text.rsplit("/", 1)[-1]
    return name if len(name) <= length else name[: length - 1] + "…"
