"""The figures of a bundle of graphs."""

from collections.abc import Callable, Mapping

from synthesis.bundle.graphs import GraphManifest
from synthesis.common.charts import Chart
from synthesis.graphs.figures.deviations import deviations_chart
from synthesis.graphs.figures.errors import errors_chart
from synthesis.graphs.figures.geometry import shares_chart, volumes_chart
from synthesis.graphs.figures.observers import observers_chart

Draw = Callable[[GraphManifest], Chart]
# By the name of its file: what is drawn, in words, and whether the bundle holds anything to draw.
FIGURES: Mapping[str, tuple[Draw, str, Callable[[GraphManifest], bool]]] = {
    "errors": (
        errors_chart,
        "Relative error of metamers, of baselines and the smallest of the null, per network and layer.",
        lambda manifest: bool(manifest.items),
    ),
    "deviations": (
        deviations_chart,
        "How far metamers are from their originals by each measure, per layer, beside chance and baselines.",
        lambda manifest: any(item.deviation for item in manifest.items),
    ),
    "metameric_shares": (
        shares_chart,
        "Share of the dimensions of the features that a layer does not see, per network and layer.",
        lambda manifest: bool(manifest.geometry),
    ),
    "volume_changes": (
        volumes_chart,
        "Change of log volume by the activation, per network and layer.",
        lambda manifest: any(one.volume_change is not None for one in manifest.geometry),
    ),
    "observers": (
        observers_chart,
        "Matrix of observers and generators: share of nodes of certified metamers that are judged right.",
        lambda manifest: bool(manifest.observations),
    ),
}
