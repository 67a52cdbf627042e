"""What the pages of bundles show, ready to be printed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar

from markupsafe import Markup

from app.admin.accounts.dates import minute
from app.admin.bundles.charts import loss_chart, null_chart
from app.admin.paging import Pager
from app.db.tables import Bundle, Stimulus
from app.stimuli.browsing import Contents
from app.web.templating import PageContext
from synthesis.bundle.manifest import NATURAL
from synthesis.bundle.nulls import STATISTICS
from synthesis.common.wording import counts_in_brackets

LIST = "/admin/bundles"
NAMES = {"spearman": "Spearman’s rho", "pearson_r2": "Pearson’s R²", "snr_db": "SNR, dB"}
PLURAL = {"picture": "pictures", "sound": "sounds"}
Counts = Mapping[tuple[str, bool], int]


@dataclass(frozen=True)
class LayerCount:
    name: str
    certified: int
    made: int


@dataclass(frozen=True)
class BundleRow:
    id: int
    kind: str
    about: str
    ingested: str
    layers: tuple[LayerCount, ...]


@dataclass(frozen=True)
class BundlesContext(PageContext):
    """Bundles by network: (network, its bundles)."""

    template: ClassVar[str] = "admin/bundles/bundles.html"

    networks: tuple[tuple[str, tuple[BundleRow, ...]], ...]


@dataclass(frozen=True)
class StatisticRow:
    """A statistic of one layer: the null's limits and the metamers' median, and both drawn."""

    name: str
    percentile_99: str
    maximum: str
    median: str
    chart: Markup


@dataclass(frozen=True)
class LayerRow:
    count: LayerCount
    faults: str
    null: str
    statistics: tuple[StatisticRow, ...]


@dataclass(frozen=True)
class Cell:
    """A stimulus in a list; `fault` says why it has no certificate."""

    drawing: str
    said: str
    fault: str


@dataclass(frozen=True)
class StimulusRow:
    address: str
    name: str
    category: str
    natural: Cell
    layers: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class BundleContext(PageContext):
    template: ClassVar[str] = "admin/bundles/bundle.html"

    id: int
    model: str
    medium: str
    facts: tuple[tuple[str, str], ...]
    is_there: bool
    null_alone: bool
    layers: tuple[LayerRow, ...]
    failures: bool
    failed: int
    stimuli: tuple[StimulusRow, ...]
    pager: Pager


@dataclass(frozen=True)
class MetamerCard:
    """One metamer beside its natural stimulus. `numbers` are (statistic, its value, the null's maximum)."""

    heading: str
    address: str
    drawing: str
    said: str
    fault: str
    answer: str
    numbers: tuple[tuple[str, str, str], ...]
    made: str
    losses: Markup


@dataclass(frozen=True)
class StimulusContext(PageContext):
    template: ClassVar[str] = "admin/bundles/stimulus.html"

    bundle_id: int
    model: str
    medium: str
    name: str
    category: str
    address: str
    drawing: str
    metamers: tuple[MetamerCard, ...]


def layer_counts(bundle: Bundle, counts: Counts) -> tuple[LayerCount, ...]:
    return tuple(
        LayerCount(
            layer,
            counts.get((layer, True), 0),
            counts.get((layer, True), 0) + counts.get((layer, False), 0),
        )
        for layer in bundle.layers
    )


def bundles_page(bundles: Sequence[Bundle], counts: Mapping[int, Counts]) -> BundlesContext:
    networks: dict[str, list[BundleRow]] = {}
    for bundle in bundles:
        own = counts.get(bundle.id, {})
        about = f"{own.get((NATURAL, True), 0):,} natural {PLURAL[bundle.medium]}, {bundle.digest[:12]}"
        kind, made = "Metamers", own
        if bundle.dimensions is not None:
            kind, made = f"{len(bundle.dimensions):,} dimensions", _by_layer(bundle.dimensions, own)
        row = BundleRow(bundle.id, kind, about, minute(bundle.ingested_at), layer_counts(bundle, made))
        networks.setdefault(bundle.model, []).append(row)
    return BundlesContext(tuple((network, tuple(rows)) for network, rows in networks.items()))


def _by_layer(dimensions: Sequence[Mapping[str, Any]], counts: Counts) -> Counts:
    """The levels of a layer's dimensions counted together; the control belongs to no layer."""
    found: Counter[tuple[str, bool]] = Counter()
    for dimension in dimensions:
        for certified in (True, False):
            found[dimension["layer"], certified] += counts.get((dimension["id"], certified), 0)
    return found


def layer_row(count: LayerCount, found: Contents | None) -> LayerRow:
    null = found.nulls.get(count.name) if found else None
    if found is None or null is None:
        return LayerRow(count, "", "", ())
    certificates = found.certificates.get(count.name, ())
    faults: Counter[str] = Counter(one.fault or "no reason given" for one in certificates if not one.passed)
    rows = []
    for statistic in STATISTICS:
        summary = getattr(null, statistic)
        values = [float(getattr(one, statistic)) for one in certificates]
        rows.append(
            StatisticRow(
                NAMES[statistic],
                f"{summary.percentile_99:.3g}",
                f"{summary.maximum:.3g}",
                f"{median(values):.3g}" if values else "",
                null_chart(summary, values, NAMES[statistic]),
            )
        )
    return LayerRow(count, counts_in_brackets(faults).strip(), f"{null.pairs:,} pairs", tuple(rows))


def stimulus_row(bundle: Bundle, natural: Stimulus, metamers: Sequence[Stimulus]) -> StimulusRow:
    by_layer: dict[str, list[Cell]] = {layer: [] for layer in bundle.layers}
    for metamer in metamers:
        by_layer[metamer.condition].append(_cell(metamer, f"Metamer at {metamer.condition}"))
    return StimulusRow(
        address=f"{LIST}/{bundle.id}/stimuli/{natural.id}",
        name=natural.natural_id,
        category=natural.category,
        natural=_cell(natural, "Natural"),
        layers=tuple((layer, tuple(cells)) for layer, cells in by_layer.items()),
    )


def _cell(stimulus: Stimulus, said: str) -> Cell:
    fault = "" if stimulus.certified else stimulus.certificate.get("fault", "") or "no certificate"
    return Cell(drawing_address(stimulus), f"{said}, {stimulus.natural_id}", fault)


def drawing_address(stimulus: Stimulus) -> str:
    return f"{LIST}/{stimulus.bundle_id}/drawings/{stimulus.blob_sha256}"


def blob_address(stimulus: Stimulus) -> str:
    return f"{LIST}/{stimulus.bundle_id}/blobs/{stimulus.blob_sha256}"


def metamer_card(metamer: Stimulus, found: Contents | None) -> MetamerCard:
    certificate: Mapping[str, Any] = metamer.certificate
    null = found.nulls.get(metamer.condition) if found else None
    losses = found.losses.get((metamer.natural_id, metamer.condition, metamer.seed)) if found else None
    numbers = tuple(
        (NAMES[name], f"{certificate[name]:.3g}", f"{getattr(null, name).maximum:.3g}" if null else "")
        for name in STATISTICS
        if certificate.get(name) is not None
    )
    return MetamerCard(
        heading=metamer.condition + (f", seed {metamer.seed}" if metamer.seed else ""),
        address=blob_address(metamer),
        drawing=drawing_address(metamer),
        said=f"Metamer at {metamer.condition}",
        fault=_cell(metamer, "").fault,
        answer=_answers(certificate),
        numbers=numbers,
        made=f"{losses.recipe}, attempt {losses.attempt}" if losses else "",
        losses=loss_chart(losses.steps, losses.losses) if losses else Markup(""),
    )


def _answers(certificate: Mapping[str, Any]) -> str:
    natural, metamer = certificate.get("natural_answer", ""), certificate.get("metamer_answer", "")
    if not natural and not metamer:
        return "no answers are compared; the null alone certifies"
    return f"{metamer or 'nothing'}; for the natural one {natural or 'nothing'}"
