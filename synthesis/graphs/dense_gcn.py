"""A whole GCN with a full adjacency matrix: what closed forms are checked on."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from synthesis.graphs.dense import normalised

Activation = Literal["relu", "elu", "linear"]

FUNCTIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "elu": functional.elu,
    "linear": lambda z: z,
}


class DenseGCN(nn.Module):
    """h_k = f(S h_{k-1} W_k [+ h_{k-1} R_k]), S = D^-1/2 (A + I) D^-1/2 (Kipf and Welling 2017, equation 2).

    widths : features, units of each hidden layer, classes. The last layer has no activation function. With
    `residual`, hidden layers add a linear map of their input. Weights are Glorot's, from `seed`, float64.
    """

    def __init__(
        self, widths: Sequence[int], activation: Activation = "relu", *, residual: bool = False, seed: int = 0
    ) -> None:
        super().__init__()
        self.activation, self.residual = activation, residual
        generator = torch.Generator().manual_seed(seed)
        pairs = list(pairwise(widths))
        self.weights = nn.ParameterList(_glorot(pair, generator) for pair in pairs)
        self.skips = nn.ParameterList(_glorot(pair, generator) for pair in pairs[:-1] if residual)

    def forward(self, features: Tensor, adjacency: Tensor) -> dict[str, Tensor]:
        """Each layer's output by name, `layer1` to `logits`; hidden ones also before f (`layer1.linear`).

        features : (nodes, features). adjacency : (nodes, nodes), symmetric, without self-loops; it may need a
        gradient. Both in the weights' precision.
        """
        shared, h = normalised(adjacency), features
        found: dict[str, Tensor] = {}
        for number, weight in enumerate(self.weights[:-1]):
            z = shared @ (h @ weight)
            if self.residual:
                z = z + h @ self.skips[number]
            h = FUNCTIONS[self.activation](z)
            found |= {f"layer{number + 1}.linear": z, f"layer{number + 1}": h}
        return found | {"logits": shared @ (h @ self.weights[-1])}


def _glorot(shape: tuple[int, int], generator: torch.Generator) -> nn.Parameter:
    """Uniform within +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010)."""
    bound = (6 / sum(shape)) ** 0.5
    drawn = torch.rand(*shape, generator=generator, dtype=torch.float64)
    return nn.Parameter(bound * (2 * drawn - 1))
