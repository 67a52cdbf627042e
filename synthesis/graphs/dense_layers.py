"""A graph convolution in plain torch, and a GCN's activations from a full adjacency matrix."""

import torch
from torch import Tensor, nn

from synthesis.common.errors import UserError
from synthesis.graphs.dense import normalised


class DenseGCNConv(nn.Module):
    """S X W + b, with S the normalised adjacency; its parameters have the names of torch_geometric's."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.lin = nn.Linear(inputs, outputs, bias=False)
        nn.init.xavier_uniform_(self.lin.weight)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """(nodes, outputs) of x (nodes, inputs) and edges (2, both directions)."""
        degrees = torch.bincount(edges[0], minlength=len(x)) + 1
        scale = degrees.to(x.dtype).rsqrt()[:, None]
        scaled = scale * self.lin(x)
        out: Tensor = scale * scaled.index_add(0, edges[0], scaled[edges[1]]) + self.bias
        return out


def dense_activations(module: nn.Module, x: Tensor, matrix: Tensor) -> dict[str, Tensor]:
    """What `GraphNetwork.activations` gives of a GCN, from adjacency matrices (..., nodes, nodes).

    Differentiable in the matrix. Raises `UserError` for another network.
    """
    if getattr(module, "kind", "") not in ("gcn", "dense-gcn"):
        raise UserError("metamers of edges are made for gcn and dense-gcn; leave the others out")
    shared = normalised(matrix)
    found: dict[str, Tensor] = {}
    for number, conv in enumerate(module.convs):  # type: ignore[arg-type] # a ModuleList
        before = shared @ conv.lin(x) + conv.bias
        if module.skips:
            before = before + module.skips[number](x)  # type: ignore[index,operator] # a ModuleList
        x = module.act(before)  # type: ignore[operator] # a module
        found[f"layer{number + 1}"] = x
    last = module.last
    if module.node_level:
        found["logits"] = shared @ last.lin(x) + last.bias  # type: ignore[operator,union-attr] # a layer
        return found
    found["pooled"] = x.mean(dim=-2, keepdim=True)
    found["logits"] = last(found["pooled"])  # type: ignore[operator] # a layer
    return found
