"""The report of a bundle of graphs: report.html, complete in itself, with its figures beside it as PNG."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from upath import UPath

from synthesis.bundle.graphs import BASELINES, GraphItem, GraphManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.charts import Chart, to_png
from synthesis.common.files import write_atomically
from synthesis.common.wording import counted, readable_layer
from synthesis.graphs.bench import Bench, survey
from synthesis.graphs.figures import FIGURES
from synthesis.graphs.figures.drawings import MOST_NODES, drawings_chart
from synthesis.graphs.figures.rows import layers, setting, settings
from synthesis.graphs.verify import recorded_spec
from synthesis.process.progress import Steps
from synthesis.report.page import REPORT, Figure, inline, render

DRAWINGS = "drawings"


@dataclass(frozen=True)
class GraphRow:
    """One line of the table of certificates; numbers as text. `spread` is that of the error over restarts."""

    network: str
    layer: str
    optimised: str
    certified: str
    labels_kept: str
    error: str
    spread: str
    null: str


@dataclass(frozen=True)
class NetworkRow:
    """One line of the table of networks: means over seeds."""

    network: str
    seeds: int
    parameters: str
    train: str
    test: str


@dataclass(frozen=True)
class BaselineRow:
    """One line of the table of baselines: metamers first, then `BASELINES`; "none" where there is none."""

    network: str
    layer: str
    cells: list[str]


@dataclass(frozen=True)
class GraphPage:
    """What graphs.html.jinja is filled with."""

    title: str
    facts: dict[str, str]
    networks: list[NetworkRow]
    rows: list[GraphRow]
    columns: list[str]
    baselines: list[BaselineRow]
    charts: list[Figure]
    software: str


def write_graph_report(store: BundleStore) -> list[UPath]:
    """Write report.html and each figure as PNG into the bundle; their paths, the page first.

    Raises `BundleError` for an unfinished or damaged bundle; nothing is written then.
    """
    manifest = store.read_sealed(GraphManifest)
    charts: dict[str, tuple[Chart, str]] = {}
    if drawn := _drawings(store, manifest):
        charts[DRAWINGS] = drawn
    charts |= {
        name: (draw(manifest), about) for name, (draw, about, there) in FIGURES.items() if there(manifest)
    }
    page = GraphPage(
        title=f"Metamers of graph neural networks: {manifest.spec['graphs']}",
        facts=_facts(manifest),
        networks=[_network_row(manifest, name) for name in settings(manifest)],
        rows=_rows(manifest),
        columns=["Metamers", *(name.capitalize() for name in BASELINES)],
        baselines=_baseline_rows(manifest),
        charts=[inline(name, chart, about) for name, (chart, about) in charts.items()],
        software=", ".join(f"{name} {version}" for name, version in manifest.software.items()),
    )
    files = {REPORT: render(page, "graphs.html.jinja", Path(__file__).parent).encode()}
    with Steps("figures", len(charts)) as progress:
        for name, (chart, _) in charts.items():
            files[f"{name}.png"] = to_png(chart)
            progress.advance()
    for name, data in files.items():
        write_atomically(store.root / name, data)
    return [store.root / name for name in files]


def _drawings(store: BundleStore, manifest: GraphManifest) -> tuple[Chart, str] | None:
    """The metamers of one network: the first that is trained and has certified ones; each layer's best."""
    bench = Bench(store, recorded_spec(manifest, None), manifest.data.sha256) if _has_code(manifest) else None
    original = manifest.originals[0]
    if bench is None or original.nodes > MOST_NODES or not manifest.items:
        return None
    ranked = sorted(manifest.networks, key=lambda one: (not one.trained, not _certified(manifest, one.name)))
    network = ranked[0]
    best: dict[tuple[str, str], GraphItem] = {}
    for item in manifest.items:
        if (item.network, item.graph) == (network.name, original.id):
            place = item.optimised, item.layer
            if place not in best or _merit(item) > _merit(best[place]):
                best[place] = item
    module = bench.module(network)
    graph = bench.graph(original.blob.sha256)
    metamers = [(item, bench.graph(item.blob.sha256)) for item in best.values()]
    labels = [survey(module, one)[1] for one in (graph, *(metamer for _, metamer in metamers))]
    return drawings_chart(graph, metamers, labels), "An original and its metamers, drawn with one layout."


def _has_code(manifest: GraphManifest) -> bool:
    """Whether all networks are the program's own: a user's code is not run for a drawing."""
    return all(network.module_sha256 is None for network in manifest.networks)


def _certified(manifest: GraphManifest, network: str) -> int:
    return sum(item.certificate.passed for item in manifest.items if item.network == network)


def _merit(item: GraphItem) -> tuple[bool, float]:
    return item.certificate.passed, -item.certificate.relative_error


def _facts(manifest: GraphManifest) -> dict[str, str]:
    certified = sum(item.certificate.passed for item in manifest.items)
    nodes, edges = (sum(getattr(one, name) for one in manifest.originals) for name in ("nodes", "edges"))
    spec = manifest.spec
    originals = f"{counted(len(manifest.originals), 'graph')}, {nodes:,} nodes, {edges:,} edges"
    keep = "number" if spec["keep"] == "edges" else "degrees"
    return {
        "Metamers": f"{certified:,} of {len(manifest.items):,} certified",
        "Originals": f"{originals}; {manifest.input}",
        "Null": f"{manifest.nulls[0].draws} shuffled graphs for each original and network",
        "Networks": counted(len(manifest.networks), "network"),
        "Features": f"{spec['features']}; edges keep their {keep}",
        "Steps": f"at most {spec['max_steps']:,}, {counted(spec['restarts'], 'restart')}",
        "Made": manifest.created_at,
        "Bundle (SHA-256)": manifest.digest,
    }


def _network_row(manifest: GraphManifest, name: str) -> NetworkRow:
    found = [one for one in manifest.networks if setting(manifest, one.name) == name]
    return NetworkRow(
        network=name,
        seeds=len(found),
        parameters=f"{found[0].parameters:,}",
        train=f"{sum(one.train_accuracy for one in found) / len(found):.3f}",
        test=f"{sum(one.test_accuracy for one in found) / len(found):.3f}",
    )


def _rows(manifest: GraphManifest) -> list[GraphRow]:
    found: dict[tuple[str, str, str], list[GraphItem]] = defaultdict(list)
    for item in manifest.items:
        found[setting(manifest, item.network), item.layer, item.optimised].append(item)
    smallest = {
        (null.graph, null.network, null.optimised, layer.layer): layer.smallest_error
        for null in manifest.nulls
        for layer in null.layers
    }
    order, names = layers(manifest), settings(manifest)

    def rank(place: tuple[str, str, str]) -> tuple[int, str, int]:
        return names.index(place[0]), place[2], order.index(place[1])

    return [
        _row(place, items, [smallest[one.graph, one.network, one.optimised, one.layer] for one in items])
        for place, items in sorted(found.items(), key=lambda one: rank(one[0]))
    ]


def _baseline_rows(manifest: GraphManifest) -> list[BaselineRow]:
    """At each network and layer that has metamers of features."""
    found: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for item in manifest.items:
        if item.optimised == "features":
            numbers = item.certificate.relative_error, item.certificate.labels_kept
            found[setting(manifest, item.network), item.layer][""].append(numbers)
    for one in manifest.baselines:
        if (place := (setting(manifest, one.network), one.layer)) in found:
            found[place][one.baseline].append((one.relative_error, one.labels_kept))
    return [
        BaselineRow(network, readable_layer(layer), [_cell(by_kind[kind]) for kind in ("", *BASELINES)])
        for (network, layer), by_kind in found.items()
    ]


def _cell(numbers: list[tuple[float, float]]) -> str:
    if not numbers:
        return "none"
    error, kept = (median(values) for values in zip(*numbers, strict=True))
    return f"{error:.4f} ({kept:.3f})"


def _row(place: tuple[str, str, str], items: list[GraphItem], nulls: list[float]) -> GraphRow:
    errors = [item.certificate.relative_error for item in items]
    passed = sum(item.certificate.passed for item in items)
    return GraphRow(
        network=place[0],
        layer=readable_layer(place[1]),
        optimised=place[2],
        certified=f"{passed} of {len(items)}",
        labels_kept=f"{median(item.certificate.labels_kept for item in items):.3f}",
        error=f"{median(errors):.4f}",
        spread=f"{min(errors):.4f} to {max(errors):.4f}",
        null=f"{min(nulls):.3f}",
    )
