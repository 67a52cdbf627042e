"""Networks that are shown graphs: torch_geometric's layers, a control without edges, a user's own."""

import hashlib
from collections import OrderedDict
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from synthesis.common.errors import UserError
from synthesis.graphs import torch_geometric
from synthesis.graphs.dense_layers import DenseGCNConv
from synthesis.graphs.spec import GraphNetworkSpec
from synthesis.networks.inputs import GraphInput
from synthesis.networks.user_module import run_factory

LOGITS = "logits"
CHEBYSHEV_ORDER = 3


class NodesAlone(nn.Module):
    """A linear layer of each node's features, blind to edges: the control."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.lin = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        out: Tensor = self.lin(x)
        return out


class GraphNetwork(nn.Module):
    """Graph layers with an activation after each but the last, whose outputs are a node's logits.

    A network that labels graphs has an activation after each layer, the mean over a graph's nodes (`pooled`)
    and a linear layer. With `residual`, each hidden layer adds a linear map of its input before the
    activation.
    """

    def __init__(self, spec: GraphNetworkSpec, shown: GraphInput) -> None:
        super().__init__()
        self.node_level, self.kind = shown.node_level, spec.kind
        hidden = spec.depth - 1 if self.node_level else spec.depth
        widths = [shown.features] + [spec.width] * hidden
        pairs = list(pairwise(widths))
        self.convs = nn.ModuleList(_layer(spec, *pair) for pair in pairs)
        self.skips = nn.ModuleList(nn.Linear(*pair, bias=False) for pair in pairs if spec.residual)
        last = widths[-1]
        self.last = _layer(spec, last, shown.classes) if self.node_level else nn.Linear(last, shown.classes)
        self.act: nn.Module = nn.ELU() if spec.activation == "elu" else nn.ReLU()

    def activations(
        self, x: Tensor, edges: Tensor, graph_of: Tensor | None = None, *, linear: bool = False
    ) -> "OrderedDict[str, Tensor]":
        """Each layer's output, by name, in depth order; the last is the logits.

        x : (nodes, features); edges : (2, both directions), int64; graph_of : (nodes,), the number of each
        node's graph, for several at once. With `linear`, what hidden layers give before their activation.
        """
        found: OrderedDict[str, Tensor] = OrderedDict()
        for number, conv in enumerate(self.convs):
            before = conv(x, edges)
            if self.skips:
                before = before + self.skips[number](x)
            x = self.act(before)
            found[f"layer{number + 1}"] = before if linear else x
        if self.node_level:
            found[LOGITS] = self.last(x, edges)
            return found
        found["pooled"] = mean_of_graphs(x, graph_of)
        found[LOGITS] = self.last(found["pooled"])
        return found

    def forward(self, x: Tensor, edges: Tensor, graph_of: Tensor | None = None) -> Tensor:
        """Logits (nodes, classes), or (graphs, classes)."""
        return self.activations(x, edges, graph_of)[LOGITS]


def mean_of_graphs(x: Tensor, graph_of: Tensor | None) -> Tensor:
    """(graphs, width): the mean of each graph's nodes; of one graph without `graph_of`."""
    if graph_of is None:
        return x.mean(dim=0, keepdim=True)
    graphs = int(graph_of.max()) + 1
    sums = x.new_zeros(graphs, x.shape[1]).index_add(0, graph_of, x)
    return sums / torch.bincount(graph_of, minlength=graphs).clamp_min(1)[:, None]


def build(spec: GraphNetworkSpec, shown: GraphInput, seed: int) -> nn.Module:
    """A network as it is initialised from `seed`, in evaluation mode.

    A user's own (`FILE.py:FACTORY`, whose code is run) is made by `factory(features, classes)`. Raises
    `UserError` when torch_geometric is missing, or a user's network does not do what it must.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if ".py:" not in spec.kind:
            return GraphNetwork(spec, shown).eval()
        file, _, factory = spec.kind.rpartition(":")
        module = run_factory(Path(file), factory, shown.features, shown.classes).module.eval()
    if not callable(getattr(module, "activations", None)):
        raise UserError(
            f"{spec.kind}: its network has no `activations(x, edges, graph_of)` with each layer's output"
        )
    return module


def module_digest(spec: GraphNetworkSpec) -> str | None:
    """SHA-256 of a user's own module file, else None."""
    if ".py:" not in spec.kind:
        return None
    file = Path(spec.kind.rpartition(":")[0])
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"networks: {file}: cannot be read ({error.strerror})") from None


def activations(
    module: nn.Module, x: Tensor, edges: Tensor, graph_of: Tensor | None = None
) -> dict[str, Tensor]:
    """Each layer's output. Raises `UserError` in one line for whatever a user's own network raises."""
    try:
        found: dict[str, Tensor] = module.activations(x, edges, graph_of)  # type: ignore[operator] # any module
    except Exception as error:  # any code may run in a forward
        if isinstance(error, UserError | MemoryError):
            raise
        reason = " ".join(str(error).split())[:200]
        what = f"a graph of {len(x)} nodes and {x.shape[1]} features"
        raise UserError(f"the network fails on {what} ({type(error).__name__}: {reason})") from error
    return found


def _layer(spec: GraphNetworkSpec, inputs: int, outputs: int) -> nn.Module:
    kind = spec.kind
    if kind == "mlp":
        return NodesAlone(inputs, outputs)
    if kind == "dense-gcn":
        return DenseGCNConv(inputs, outputs)
    found = torch_geometric.layers()
    layer: nn.Module
    if kind == "gin":
        # As wide inside as a hidden layer: of two units before the logits often both are dead.
        inner = nn.Sequential(nn.Linear(inputs, spec.width), nn.ReLU(), nn.Linear(spec.width, outputs))
        layer = found.GINConv(inner)
    elif kind == "cheb":
        layer = found.ChebConv(inputs, outputs, K=CHEBYSHEV_ORDER)
    else:
        layer = {"gcn": found.GCNConv, "gat": found.GATConv, "sage": found.SAGEConv}[kind](inputs, outputs)
    return layer
