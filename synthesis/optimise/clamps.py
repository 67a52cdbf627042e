"""The matched clamp: finding it in a network's graph, however it is written, and freeing its gradient.

When the matched activation is the output of a clamp (a ReLU, for one), that one clamp keeps its forward and
gets an identity gradient; earlier clamps keep theirs (Feather et al. 2019, 2023). Without this rule late
layers stick where most activations are clamped.
"""

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from synthesis.bundle.spec import MatchedClamp
from synthesis.networks.graph import cut, node_name
from synthesis.networks.registry import Layer, Network
from synthesis.optimise.clamp_forms import clamped_by, is_a

# What may stand between a clamp and the matched output without changing any value.
_IDENTITY_MODULES = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)
_IDENTITY_FUNCTIONS = (torch.flatten, torch.reshape, torch.permute, functional.dropout)
_IDENTITY_METHODS = ("flatten", "view", "reshape", "permute", "contiguous")
_JOINS = (torch.cat, torch.concat, torch.concatenate)


def freed_clamps(network: Network, layer: Layer, matched_clamp: MatchedClamp = "freed") -> tuple[str, ...]:
    """The graph nodes, as `layers MODEL --all` names them, whose gradient is the identity at this layer.

    Empty where the layer does not come out of a clamp, and with `matched_clamp` "kept".
    """
    if matched_clamp == "kept":
        return ()
    graph = cut(network.module, {layer.node})
    found = {node for _, clamps in matched_clamps(graph) for node in clamps}
    return tuple(network.shown(node_name(node)) for node in graph.graph.nodes if node in found)


def free_matched_clamps(graph: fx.GraphModule) -> None:
    """Give the clamp whose output is the graph's only output an identity gradient."""
    for user, clamps in list(matched_clamps(graph)):
        raw = clamped_by(clamps[-1], graph)
        with graph.graph.inserting_after(clamps[0]):
            freed = graph.graph.call_function(identity_gradient, (clamps[0], raw))
        user.replace_input_with(clamps[0], freed)
    graph.recompile()


def matched_clamps(graph: fx.GraphModule) -> Iterator[tuple[fx.Node, list[fx.Node]]]:
    """Each matched clamp: the node that is to use its freed output (others keep its gradient), and its nodes.

    Its nodes begin with the last one; there are several where clamps follow each other, as DeepSpeech's,
    which count as one. Where the output joins several branches (Inception's Mixed blocks), the clamp that
    ends a branch is a matched one.
    """
    output = graph.graph.output_node()
    (node,) = cast(dict[str, fx.Node], output.args[0]).values()
    yield from _ending(graph, node, output)


def _ending(graph: fx.GraphModule, node: fx.Node, user: fx.Node) -> Iterator[tuple[fx.Node, list[fx.Node]]]:
    """The clamps that `node` is, or passes on, on the way to `user`."""
    source = node.args[0] if node.args else node.kwargs.get("input")
    if is_a(node, graph, _IDENTITY_MODULES, _IDENTITY_FUNCTIONS, _IDENTITY_METHODS):
        yield from _ending(graph, cast(fx.Node, source), node)
    elif node.op == "call_function" and node.target in _JOINS and isinstance(source, list | tuple):
        for branch in cast(list[fx.Node], source):
            yield from _ending(graph, branch, node)
    else:
        clamps = []
        raw: fx.Node | None = node
        while raw is not None and (before := clamped_by(raw, graph)) is not None:
            clamps.append(raw)
            raw = before
        if clamps:
            yield user, clamps


def identity_gradient(clamped: Tensor, raw: Tensor) -> Tensor:
    """`clamped`, whose gradient goes to `raw` unchanged."""
    value: Tensor = _IdentityGradient.apply(clamped, raw)
    return value


class _IdentityGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, clamped: Tensor, raw: Tensor) -> Tensor:
        ctx.shape = raw.shape
        return clamped.view_as(clamped)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        # The limit may have more axes than what it limits.
        return None, gradient.sum_to_size(ctx.shape)
