"""The graph convolution of Kipf and Welling (2017) with a full adjacency matrix, in plain torch.

A list of edges carries no gradient to an edge that is absent; the matrix does. It costs memory in the square
of the nodes.
"""

import torch
from torch import Tensor

from synthesis.common.errors import UserError

MOST_NODES = 2_000


def adjacency(edges: Tensor, nodes: int) -> Tensor:
    """(nodes, nodes), float32, 1 where there is an edge. Raises `UserError` for more than 2,000 nodes."""
    require_dense(nodes)
    matrix = torch.zeros(nodes, nodes, device=edges.device)
    matrix[edges[0], edges[1]] = 1
    return matrix


def require_dense(nodes: int, what: str = "a dense GCN and metamers of edges") -> None:
    """Raise `UserError` for more nodes than a full matrix is made for."""
    if nodes > MOST_NODES:
        raise UserError(
            f"the graph has {nodes:,} nodes; {what} take at most {MOST_NODES:,}: give a smaller graph, or "
            "`optimise: [features]` and other networks"
        )


def normalised(matrix: Tensor) -> Tensor:
    """D^-1/2 (A + I) D^-1/2, with D the degrees of A + I. matrix : (..., nodes, nodes)."""
    looped = matrix + torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)
    scale = looped.sum(dim=-1).rsqrt()
    return scale[..., :, None] * looped * scale[..., None, :]
