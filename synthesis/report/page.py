"""The bundle's report: report.html, complete in itself, with the same figures beside it as PNG."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import jinja2
import numpy as np
from upath import UPath

from synthesis.bundle.manifest import Certificate, DecisionRecord, Manifest, Natural
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.store import BundleStore
from synthesis.common.charts import Chart, to_png, to_svg
from synthesis.common.files import write_atomically
from synthesis.common.wording import counted, counts_in_brackets, readable_layer, readable_network
from synthesis.media.pictures import encode_png
from synthesis.media.registry import medium_named
from synthesis.process.progress import Steps
from synthesis.report.best_pairs import BestPair, best_pairs
from synthesis.report.contact_sheet import SHEET, contact_sheet
from synthesis.report.later_layers import later_layers_chart
from synthesis.report.losses import losses_chart
from synthesis.report.null_growth import null_growth_chart
from synthesis.report.nulls import nulls_chart
from synthesis.report.playable import SoundRow, data_address, sound_rows, webp

REPORT = "report.html"
# The figures of numbers, by the name of their file without its ending.
CHARTS: Mapping[str, Callable[[Manifest], Chart]] = {
    "losses": losses_chart,
    "nulls": nulls_chart,
    "null_growth": null_growth_chart,
    "later_layers": later_layers_chart,
}
_DESCRIPTIONS = {
    "losses": "Loss against optimisation step on a logarithmic axis, one panel per matched layer.",
    "nulls": "Histograms of Spearman's rho, Pearson's R squared and SNR per layer: null and metamers.",
    "null_growth": "The null's maximum against its number of pairs, per layer and statistic.",
    "later_layers": "Two matrices of matched layer by every layer: median rho and median relative error.",
}
# Rows of the sheet inside the page; the whole one lies beside it.
_SHEET_ROWS = 8


@dataclass(frozen=True)
class LayerRow:
    """One line of the report's table; numbers as text."""

    layer: str
    metamers: int
    certified: str
    another_answer: str
    retried: int
    rho: str
    rho_null: str
    snr_db: str
    snr_null: str
    error: str
    steps: str


@dataclass(frozen=True)
class Figure:
    """A picture as a data address, its file beside the page, and what stands for it where it is not seen."""

    source: str
    file: str
    description: str


@dataclass(frozen=True)
class ReportPage:
    """What report.html.jinja is filled with. `noun` is what a stimulus is: a picture or a sound.

    With `null_alone` the network answers nothing, and certificates do not rest on answers.

    `sounds` are shown instead of the sheet, which lies beside the page; `columns` are their headings.
    """

    title: str
    noun: str
    facts: dict[str, str]
    layers: list[LayerRow]
    sheet: Figure
    columns: list[str]
    sounds: list[SoundRow]
    charts: list[Figure]
    best_pairs: list[BestPair]
    software: str
    null_alone: bool = False


def write_report(store: BundleStore) -> list[UPath]:
    """Write report.html, the contact sheet and each chart as PNG into the bundle; their paths, page first.

    Raises `BundleError` for an unfinished or damaged bundle; nothing is written then.
    """
    manifest = store.read_manifest()
    files = {SHEET: encode_png(np.asarray(contact_sheet(store)))}
    charts = {name: draw(manifest) for name, draw in CHARTS.items()}
    with Steps("figures", len(charts)) as progress:
        for name, chart in charts.items():
            files[f"{name}.png"] = to_png(chart)
            progress.advance()
    naturals = list(_categories(manifest).values())[:_SHEET_ROWS]
    page = ReportPage(
        title=f"Metamers of {readable_network(manifest.model.name)}",
        noun=manifest.model.input.kind,
        null_alone=manifest.decision.null_alone,
        facts=_facts(manifest),
        layers=[_layer_row(manifest, null) for null in manifest.nulls],
        sheet=_sheet(store, manifest, naturals),
        columns=["natural", *(readable_layer(layer) for layer in manifest.layers)],
        sounds=sound_rows(store, manifest, naturals),
        best_pairs=list(best_pairs(store, manifest)),
        charts=[inline(name, chart, _DESCRIPTIONS[name]) for name, chart in charts.items()],
        software=", ".join(f"{name} {version}" for name, version in manifest.software.items()),
    )
    files = {REPORT: render(page).encode(), **files}
    for name, data in files.items():
        write_atomically(store.root / name, data)
    return [store.root / name for name in files]


def render(page: object, template: str = "report.html.jinja", folder: Path = Path(__file__).parent) -> str:
    """The page as HTML, everything escaped; `template` is in `folder`, what it extends here."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(page=page)


def _facts(manifest: Manifest) -> dict[str, str]:
    certified = sum(item.certificate.passed for item in manifest.items)
    return {
        "Metamers": f"{certified:,} of {len(manifest.items):,} certified{_faults(manifest)}",
        "Natural stimuli": f"{_counted(manifest)}, {manifest.model.input}",
        "Null": _null(manifest),
        "Network": f"{readable_network(manifest.model.name)}, {manifest.model.weights}",
        "Weights (SHA-256)": manifest.model.weights_sha256,
        "Recipe": _recipe(manifest),
        "Gradient freed at": _freed(manifest),
        "Decision rule": _decision(manifest.decision),
        "Made": manifest.created_at,
        "Bundle (SHA-256)": manifest.digest,
    }


def _faults(manifest: Manifest) -> str:
    return counts_in_brackets(
        Counter(item.certificate.fault for item in manifest.items if not item.certificate.passed)
    )


def _null(manifest: Manifest) -> str:
    """Of how many pairs, from what, and whether these are enough."""
    null, source = manifest.nulls[0], manifest.null
    left_out = len(source.look_alikes)
    without = f", without {counted(left_out, 'look-alike')}" if left_out else ""
    enough = "" if null.pairs >= source.least_pairs else f"; too small: {source.least_pairs:,} are asked for"
    made = f"{null.pairs:,} pairs of {null.stimuli:,} stimuli at each layer"
    return f"{made} ({source.description}{without}){enough}"


def _decision(decision: DecisionRecord) -> str:
    if decision.null_alone:
        return f"{decision.rule}: the network has no labels, so metamers are certified by the null alone"
    if not decision.categories:
        return f"{decision.rule}, any text"
    return f"{decision.rule}, {len(decision.categories)} categories"


def _counted(manifest: Manifest) -> str:
    """How many naturals there are, and of how many categories, or words."""
    groups = len({natural.category for natural in manifest.naturals})
    medium = medium_named(manifest.model.input.kind)
    return f"{len(manifest.naturals):,} {medium.files.plural} of {groups} {medium.groups}"


def _recipe(manifest: Manifest) -> str:
    steps = manifest.spec.get("max_steps")
    space = ", in the space of cochleagrams" if manifest.spec.get("optimise") == "cochleagram" else ""
    return f"{manifest.spec.get('recipe')}{space}{f', at most {steps:,} steps' if steps else ''}"


def _freed(manifest: Manifest) -> str:
    """The clamps that had an identity gradient, by layer."""
    freed = (
        f"{readable_layer(layer)}: {', '.join(nodes)}"
        for layer, nodes in manifest.freed_clamps.items()
        if nodes
    )
    return "; ".join(freed) or "no clamp"


def _categories(manifest: Manifest) -> dict[str, Natural]:
    """Each category with its first stimulus."""
    first: dict[str, Natural] = {}
    for natural in manifest.naturals:
        first.setdefault(natural.category, natural)
    return first


def _layer_row(manifest: Manifest, null: LayerNull) -> LayerRow:
    items = [item for item in manifest.items if item.layer == null.layer]
    certificates = [item.certificate for item in items]
    passed = sum(certificate.passed for certificate in certificates)
    return LayerRow(
        layer=readable_layer(null.layer),
        metamers=len(items),
        certified=f"{passed} ({passed / len(items):.0%})",
        another_answer=_another_answer(certificates, manifest.decision),
        retried=sum(item.provenance.attempt > 0 for item in items),
        rho=f"{median(c.spearman for c in certificates):.3f}",
        rho_null=f"{null.spearman.maximum:.3f}",
        snr_db=f"{median(c.snr_db for c in certificates):.1f}",
        snr_null=f"{null.snr_db.maximum:.1f}",
        error=f"{median(c.relative_error for c in certificates):.3f}",
        steps=f"{median(item.provenance.steps for item in items):.0f}",
    )


def _another_answer(certificates: list[Certificate], decision: DecisionRecord) -> str:
    if decision.null_alone:
        return "none given"
    return str(sum(one.metamer_answer != one.natural_answer for one in certificates))


def _sheet(store: BundleStore, manifest: Manifest, naturals: list[Natural]) -> Figure:
    """The sheet of these stimuli, small enough to be part of the page; that of sounds lies beside it."""
    medium = medium_named(manifest.model.input.kind)
    words = f"Natural {medium.files.plural} and their metamers by layer, of {len(naturals)} stimuli."
    description = f"{words} {medium.explained}".rstrip()
    if medium.played:
        return Figure("", SHEET, description)
    sheet = contact_sheet(store, [natural.id for natural in naturals])
    return Figure(data_address("image/webp", webp(sheet)), SHEET, description)


def inline(name: str, chart: Chart, description: str) -> Figure:
    """As a picture of its own, since parts of several SVG in one page share the names of their parts."""
    return Figure(data_address("image/svg+xml", to_svg(chart).encode()), f"{name}.png", description)
