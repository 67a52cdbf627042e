"""Contact sheets: what each component does to a picture, for choosing; and the levels of a finished grid."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from upath import UPath

from synthesis.bundle.dimensions import CONTROL, DimensionManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.files import write_atomically
from synthesis.dimensions.fit_file import Fit
from synthesis.dimensions.measure import Picture, Probe
from synthesis.dimensions.path import PathSettings, along
from synthesis.media.pictures import decode_png, encode_png, to_input, to_pictures
from synthesis.networks.registry import Network

SHOWN_SD = (1.0, 2.0, 4.0)
_CELL_PX, _GAP_PX, _LINE_PX, _SIDE_PX = 112, 4, 16, 150
_INK, _PALE, _WARNING = (20, 20, 20), (100, 106, 112), (176, 0, 32)
Cell = tuple[Picture, str, bool]  # a picture, what is written below it, whether it may be shown to people


def component_sheet(
    fit: Fit,
    network: Network,
    layer: str,
    picture: Picture,
    settings: PathSettings,
    progress: Callable[[], object] = lambda: None,
) -> Image.Image:
    """A row for each component of a layer: the picture at -4, -2, -1, 0, 1, 2 and 4 standard deviations.

    `progress` is called after each row. Below a row's name stands the share of variance that it explains.
    """
    probe = Probe(network, layer, fit.layers[layer])
    start = torch.from_numpy(to_input([picture]))
    rows = []
    for component, explained in enumerate(fit.layers[layer].explained.tolist()):
        cells: list[Cell] = [(picture, "0", True)]
        for direction in (1, -1):
            moved = along(start, probe.coordinates, component, direction, SHOWN_SD, settings)
            for level, one in zip(SHOWN_SD, moved, strict=True):
                cell = (to_pictures(one.picture.numpy())[0], f"{direction * level:+g} sd", True)
                cells = [*cells, cell] if direction > 0 else [cell, *cells]
        rows.append(([f"{layer}", f"component {component + 1}", f"{100 * explained:.1f} % explained"], cells))
        progress()
    return _drawn(rows)


def level_sheet(store: BundleStore, manifest: DimensionManifest) -> Image.Image:
    """A row for each original and dimension: the original, then each level with its value and RMS difference.

    A level without certificate has its fault in red.
    """
    rows = []
    for original in manifest.originals:
        first: Cell = (decode_png(store.read_blob(original.blob.sha256)), "original", True)
        for dimension in manifest.dimensions:
            cells = [first]
            for level in manifest.levels:
                if (level.original, level.dimension) == (original.id, dimension.id):
                    moved = "" if dimension.id == CONTROL else f"{level.value:.2f} sd, "
                    note = level.fault or f"{moved}rms {level.rms:.3f}"
                    cells.append((decode_png(store.read_blob(level.blob.sha256)), note, level.passed))
            rows.append(([dimension.id, original.id.rpartition("/")[2][:22], original.category], cells))
    return _drawn(rows)


def write_sheet(image: Image.Image, path: Path | UPath) -> None:
    write_atomically(path, encode_png(np.asarray(image)))


def _drawn(rows: Sequence[tuple[Sequence[str], Sequence[Cell]]]) -> Image.Image:
    columns = max(len(cells) for _, cells in rows)
    height = _CELL_PX + _LINE_PX + _GAP_PX
    width = _CELL_PX + _GAP_PX
    sheet = Image.new("RGB", (_SIDE_PX + columns * width, len(rows) * height + _GAP_PX), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, (titles, cells) in enumerate(rows):
        top = _GAP_PX + number * height
        for line, title in enumerate(titles):
            draw.text((6, top + 4 + 16 * line), title, _PALE if line else _INK, font)
        for column, (picture, note, passed) in enumerate(cells):
            left = _SIDE_PX + column * width
            small = Image.fromarray(picture).resize((_CELL_PX, _CELL_PX), Image.Resampling.LANCZOS)
            sheet.paste(small, (left, top))
            draw.text((left, top + _CELL_PX + 1), note, _PALE if passed else _WARNING, font)
    return sheet
