"""The schema of the manifest of a bundle of graphs: many networks, and each one's metamers of some graphs."""

from typing import Any, Final, Literal

from pydantic import Field

from synthesis.bundle.events import RunSummary
from synthesis.bundle.formats import GraphFormat
from synthesis.bundle.manifest import Blob, Fault, LayerMatch, Sealed, summary_of
from synthesis.bundle.nulls import Histogram
from synthesis.bundle.record import Record

GRAPHS_FORMAT: Final = "metamerlab-graphs/1"
NULL_SPACE: Final = "null-space sample"
NEAREST_OTHER: Final = "nearest other node"
PERMUTED_ROWS: Final = "permuted rows"
BASELINES = (NULL_SPACE, NEAREST_OTHER, PERMUTED_ROWS)
Optimised = Literal["features", "structure"]


class GraphOriginal(Record):
    """A graph that metamers were made of, as it is stored."""

    id: str
    blob: Blob
    nodes: int = Field(ge=1)
    edges: int = Field(ge=0, description="undirected, each counted once")


class GraphNetworkRecord(Record):
    """A network of the run. Accuracies are shares of nodes (or graphs) whose label it gives, in [0, 1].

    `module_sha256` is that of a user's own module; `width` that of the hidden layers.
    """

    name: str
    architecture: str
    trained: bool
    adversarial: bool
    seed: int
    layers: list[str]
    width: int
    depth: int
    activation: str
    residual: bool
    parameters: int
    weights: Blob
    module_sha256: str | None = None
    train_accuracy: float
    test_accuracy: float
    epochs: int


class NullValues(Record):
    maximum: float
    histogram: Histogram


class LayerNulls(Record):
    """How well a layer's activation of a graph is matched by graphs that were only shuffled."""

    layer: str
    spearman: NullValues
    pearson_r2: NullValues
    snr_db: NullValues
    smallest_error: float
    median_error: float


class GraphNull(Record):
    """`draws` nulls of one graph and network: permuted rows, or rewired and random graphs."""

    graph: str
    network: str
    optimised: Optimised
    draws: int
    layers: list[LayerNulls]


class GraphCertificate(Record):
    """How well a stored metamer matches its graph at the matched layer.

    `passed` means: the network gives at least 99 % of the nodes (for networks that label graphs: the graph)
    the label that it gives them in the original, and Spearman's rho, Pearson's R^2 and the SNR are each above
    the maximum of the null. `fault` is the first of these that does not hold.
    """

    labels_kept: float
    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float
    passed: bool
    fault: Fault = ""


class GraphProvenance(Record):
    """`losses` are the relative error at `loss_steps`; `swaps` are those taken after the last step."""

    noise_seed: int
    steps: int
    loss_steps: list[int]
    losses: list[float]
    swaps: int = 0
    seconds: float
    device: str


class Deviation(Record):
    """A measure of a metamer and its original, and its mean over random draws (`graphs.deviation`)."""

    value: float
    chance: float


class GraphItem(Record):
    """One metamer: (graph, network, layer, what was optimised, restart).

    `deviation` has how far the metamer is from the original, by the names of the measures.
    `profile` has the match at each of the network's layers.
    """

    id: str
    graph: str
    network: str
    layer: str
    optimised: Optimised
    restart: int
    blob: Blob
    certificate: GraphCertificate
    profile: list[LayerMatch]
    deviation: dict[str, Deviation]
    provenance: GraphProvenance


class LayerGeometry(Record):
    """Of the features of one graph at one layer, in double precision.

    `metameric_share` is the share of the dimensions of the features that the layer does not see: 1 - rank of
    the Jacobian / dimensions, in [0, 1]. `volume_change` is that of log volume by the activation, None where
    there is none or the rank is a bound.
    """

    graph: str
    network: str
    layer: str
    dimensions: int
    rank: float
    metameric_share: float
    exact: bool
    volume_change: float | None = None


class LayerBaseline(Record):
    """What features that nobody optimised reach at one layer (`synthesis.graphs.baselines`).

    `baseline` is one of `BASELINES`; a null-space sample belongs to its layer, the others are the same at all
    layers. `deviation` has the values of the measures of features.
    """

    graph: str
    network: str
    layer: str
    baseline: str
    relative_error: float
    labels_kept: float
    deviation: dict[str, float]


class Observation(Record):
    """How one network judges the certified metamers of another's layer.

    `same` is the mean share of labels that the observer gives as in the original, `right` of those that are
    the true ones, `right_on_originals` the same of the originals.
    """

    observer: str
    generator: str
    layer: str
    optimised: Optimised
    metamers: int = Field(ge=1)
    same: float
    right: float
    right_on_originals: float


class GraphManifest(Sealed):
    format: Literal["metamerlab-graphs/1"] = GRAPHS_FORMAT
    created_at: str
    spec: dict[str, Any]
    input: GraphFormat
    data: Blob = Field(description="all graphs with labels, and which of these were trained on")
    originals: list[GraphOriginal]
    networks: list[GraphNetworkRecord]
    nulls: list[GraphNull]
    items: list[GraphItem]
    geometry: list[LayerGeometry]
    baselines: list[LayerBaseline]
    observations: list[Observation]
    software: dict[str, str]

    def summary(self, seconds: float) -> RunSummary:
        return summary_of([item.certificate for item in self.items], seconds)

    def network(self, name: str) -> GraphNetworkRecord:
        return next(one for one in self.networks if one.name == name)

    def blobs(self) -> list[Blob]:
        """Every blob that the manifest names, each once."""
        blobs = [self.data, *(original.blob for original in self.originals)]
        blobs += [network.weights for network in self.networks]
        blobs += [item.blob for item in self.items]
        return list({blob.sha256: blob for blob in blobs}.values())
