"""What is written into the bundle of a grid: the sheet of all levels, and their table."""

import csv
import io

from upath import UPath

from synthesis.bundle.dimensions import DimensionManifest, Level
from synthesis.bundle.store import BundleStore
from synthesis.common.files import write_atomically
from synthesis.dimensions.sheet import level_sheet, write_sheet

COLUMNS = tuple(name for name in Level.model_fields if name != "blob")


def write_report(store: BundleStore) -> list[UPath]:
    """Write `levels.csv` and `levels.png`; returns their paths. Raises `BundleError` for a damaged bundle."""
    manifest = store.read_sealed(DimensionManifest)
    table, sheet = store.root / "levels.csv", store.root / "levels.png"
    write_atomically(table, _csv(manifest).encode())
    write_sheet(level_sheet(store, manifest), sheet)
    return [table, sheet]


def _csv(manifest: DimensionManifest) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([getattr(level, name) for name in COLUMNS] for level in manifest.levels)
    return text.getvalue()
