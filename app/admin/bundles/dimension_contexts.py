"""What the pages of a bundle of dimensions show, ready to be printed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from app.admin.bundles.contexts import LIST, blob_address, drawing_address
from app.admin.bundles.level_charts import level_chart
from app.admin.paging import Pager
from app.db.tables import Bundle, Stimulus
from app.stimuli.levels import DimensionContents, Measured
from app.web.templating import PageContext
from synthesis.bundle.dimensions import CONTROL, Dimension
from synthesis.common.wording import counts_in_brackets

UNITS = {"sd": "standard deviations", "rms": "RMS difference"}
NUMBERS = (
    ("value", "value"),
    ("drift", "drift"),
    ("rms", "RMS"),
    ("ssim", "SSIM"),
    ("saturated", "saturated"),
)


@dataclass(frozen=True)
class DimensionRow:
    """A dimension with its levels drawn; `address` is of its page."""

    address: str
    name: str
    about: str
    certified: str
    charts: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True)
class DimensionsContext(PageContext):
    template: ClassVar[str] = "admin/bundles/dimensions.html"

    model: str
    facts: tuple[tuple[str, str], ...]
    is_there: bool
    dimensions: tuple[DimensionRow, ...]
    pager: Pager


@dataclass(frozen=True)
class LevelCell:
    """One picture of a contact row. `numbers` are (what, value); `fault` says why it has no certificate."""

    address: str
    drawing: str
    said: str
    heading: str
    numbers: tuple[tuple[str, str], ...]
    fault: str


@dataclass(frozen=True)
class ContactRow:
    name: str
    category: str
    original: LevelCell
    levels: tuple[LevelCell, ...]


@dataclass(frozen=True)
class DimensionContext(PageContext):
    """One dimension with a row for each original. `choices` are (address, words, whether it is shown)."""

    template: ClassVar[str] = "admin/bundles/dimension.html"

    bundle_address: str
    model: str
    row: DimensionRow
    choices: tuple[tuple[str, str, bool], ...]
    nothing: str
    rows: tuple[ContactRow, ...]
    pager: Pager


def about(one: Dimension) -> str:
    """`block10, component 2, direction −; 3.1 % of the variance; levels in standard deviations`."""
    if one.id == CONTROL:
        return f"white noise, to read the others beside; levels in {UNITS[one.unit]}"
    parts = [f"{one.layer}, component {one.component}, direction {one.direction.replace('-', '−')}"]
    if one.explained is not None:
        parts.append(f"{one.explained:.1%} of the variance".replace("%", " %"))
    return "; ".join([*parts, f"levels in {UNITS[one.unit]}"])


def dimension_row(bundle: Bundle, number: int, one: Dimension, levels: Sequence[Measured]) -> DimensionRow:
    """`number` is the dimension's in its bundle, from 1; `levels` are all of it."""
    faults: Counter[str] = Counter(
        level.fault or "no reason given" for level in levels if not level.certified
    )
    passed = sum(level.certified for level in levels)
    charts = (
        (
            "Measured value by target",
            level_chart(
                [(level.target, level.value, level.certified) for level in levels],
                "Measured value", one.unit, line=True,
            ),
        ),
        (
            "RMS difference by target",
            level_chart(
                [(level.target, level.rms, level.certified) for level in levels],
                "RMS difference", one.unit, line=False,
            ),
        ),
    )  # fmt: skip
    return DimensionRow(
        address=f"{LIST}/{bundle.id}/dimensions/{number}",
        name=one.id,
        about=about(one),
        certified=f"{passed:,} of {len(levels):,} levels certified{counts_in_brackets(faults)}",
        charts=charts[:1] if one.id == CONTROL else charts,
    )


def contact_row(
    original: Stimulus, levels: Sequence[Stimulus], found: DimensionContents | None
) -> ContactRow:
    label = found.labels.get(original.natural_id) if found else None
    return ContactRow(
        name=original.natural_id,
        category=original.category,
        original=LevelCell(
            blob_address(original),
            drawing_address(original),
            f"{original.natural_id}, original",
            "original",
            () if label is None else (("label", str(label)),),
            "",
        ),
        levels=tuple(_cell(level, label) for level in levels),
    )


def _cell(level: Stimulus, label: int | None) -> LevelCell:
    certificate: Mapping[str, Any] = level.certificate
    numbers = [
        (words, f"{certificate[name]:.3g}") for name, words in NUMBERS if certificate.get(name) is not None
    ]
    if (own := certificate.get("label")) is not None:
        numbers.append(("label", f"{own}" if own == label or label is None else f"{own} (another)"))
    target = f"{certificate['target']:.3g}" if certificate.get("target") is not None else "?"
    return LevelCell(
        blob_address(level),
        drawing_address(level),
        f"{level.natural_id}, {level.condition} at level {target}",
        f"level {target}",
        tuple(numbers),
        "" if level.certified else certificate.get("fault", "") or "no certificate",
    )
