"""Training a network on a set of graphs: full batches, Adam, seconds on a processor."""

from dataclasses import dataclass

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from synthesis.common.errors import UserError
from synthesis.common.stopping import look
from synthesis.graphs.data import GraphSet
from synthesis.graphs.networks import activations

LEARNING_RATE = 0.01
WEIGHT_DECAY = 5e-4
# Of the features' standard deviation: how far adversarial training moves each, in so many steps.
ADVERSARY_REACH = 0.25
ADVERSARY_STEPS = 3


@dataclass(frozen=True)
class Joined:
    """A set of graphs as one: x (nodes, features), edges (2, both directions), labels and masks."""

    x: Tensor
    edges: Tensor
    graph_of: Tensor | None
    labels: Tensor
    train: Tensor
    test: Tensor


def joined(data: GraphSet) -> Joined:
    """All graphs of a set side by side, without edges between them."""
    sizes = [len(graph.features) for graph in data.graphs]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    edges = np.concatenate([g.edges + s for g, s in zip(data.graphs, starts, strict=True)], axis=1)
    return Joined(
        x=torch.from_numpy(np.concatenate([graph.features for graph in data.graphs])),
        edges=torch.from_numpy(edges.astype(np.int64)),
        graph_of=None if data.node_level else torch.repeat_interleave(torch.tensor(sizes)),
        labels=torch.from_numpy(
            np.concatenate([np.atleast_1d(g.labels) for g in data.graphs]).astype(np.int64)
        ),
        train=torch.from_numpy(np.asarray(data.train, dtype=bool)),
        test=torch.from_numpy(np.asarray(data.test, dtype=bool)),
    )


def train(module: nn.Module, data: Joined, epochs: int, adversarial: bool) -> None:
    """Cross-entropy of the labels that are trained on. Raises `UserError` if the loss is not finite."""
    optimiser = torch.optim.Adam(module.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    module.train()
    for epoch in range(epochs):
        look()
        x = _moved_against(module, data) if adversarial else data.x
        loss = _loss(module, data, x)
        if not bool(loss.isfinite()):
            raise UserError(f"training: the loss is not finite after {epoch} epochs; scale the features")
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    module.eval()


def accuracies(module: nn.Module, data: Joined) -> tuple[float, float]:
    """Shares of right labels, of those trained on and of those kept for the test."""
    with torch.inference_mode():
        right = logits(module, data.x, data.edges, data.graph_of).argmax(dim=1) == data.labels
    return float(right[data.train].float().mean()), float(right[data.test].float().mean())


def logits(module: nn.Module, x: Tensor, edges: Tensor, graph_of: Tensor | None = None) -> Tensor:
    """(nodes, classes), or (graphs, classes): the last of the network's activations."""
    return next(reversed(activations(module, x, edges, graph_of).values()))


def weights_bytes(module: nn.Module) -> bytes:
    """The weights as safetensors: the same bytes for the same weights."""
    return save({name: value.detach().contiguous() for name, value in sorted(module.state_dict().items())})


def load_weights(module: nn.Module, data: bytes, name: str) -> None:
    """Put stored weights into a network. Raises `UserError` if they are another network's."""
    try:
        module.load_state_dict(load(data))
    except Exception as error:  # safetensors and torch raise many kinds
        raise UserError(
            f"{name}: its stored weights do not fit ({' '.join(str(error).split())[:200]})"
        ) from None


def _loss(module: nn.Module, data: Joined, x: Tensor) -> Tensor:
    given = logits(module, x, data.edges, data.graph_of)
    return cross_entropy(given[data.train], data.labels[data.train])


def _moved_against(module: nn.Module, data: Joined) -> Tensor:
    """Features moved so that the loss rises (Madry et al. 2018), within the reach of each."""
    reach = ADVERSARY_REACH * float(data.x.std())
    moved = data.x.clone()
    for _ in range(ADVERSARY_STEPS):
        moved.requires_grad_()
        (gradient,) = torch.autograd.grad(_loss(module, data, moved), moved)
        step = moved.detach() + gradient.sign() * reach / 2
        moved = data.x + (step - data.x).clamp(-reach, reach)
    return moved.detach()
