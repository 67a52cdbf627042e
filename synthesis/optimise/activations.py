"""Running a network only as far as a layer, and the gradient rule of the matched clamp.

The network's graph is cut after the matched layer, so nothing later runs, forward or backward. When the
matched activation is the output of a clamp (ReLU, ReLU6), that one clamp keeps its forward and gets an
identity gradient; earlier clamps keep theirs (Feather et al. 2019, 2023). Without this rule late layers
stick where most activations are clamped.
"""

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from synthesis.common.errors import UserError
from synthesis.media.registry import medium_of
from synthesis.networks.graph import called_module, cut, output_node
from synthesis.networks.registry import Layer, Network
from synthesis.networks.timm_layers import timm_is_loaded
from synthesis.optimise.depthwise import StridedDepthwise, is_strided_depthwise

__all__ = ["Activations", "MatchedActivation", "identity_gradient", "output_node", "require_gradient"]

_CLAMP_MODULES = (nn.ReLU, nn.ReLU6, nn.Hardtanh)
_CLAMP_FUNCTIONS = (
    *(torch.relu, torch.clamp, torch.clip, torch.clamp_min, torch.clamp_max),
    *(functional.relu, functional.relu6, functional.hardtanh),
)
_CLAMP_METHODS = ("relu", "clamp", "clip", "clamp_min", "clamp_max")
# What may stand between a clamp and the matched output without changing any value.
_IDENTITY_MODULES = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)
_IDENTITY_FUNCTIONS = (torch.flatten, torch.reshape, torch.permute, functional.dropout)
_IDENTITY_METHODS = ("flatten", "view", "reshape", "permute", "contiguous")
_JOINS = (torch.cat, torch.concat, torch.concatenate)


class Activations(nn.Module):
    """Network input (batch, ...) to the activations of some nodes, in one pass.

    The result is a dict from the given names to tensors (batch, ...). Nothing after the last node runs.
    """

    def __init__(self, module: nn.Module, nodes: dict[str, str]) -> None:
        super().__init__()
        self.nodes = nodes
        self.graph = cut(module, set(nodes.values()))

    def forward(self, inputs: Tensor) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = self.graph(inputs)
        return {name: outputs[node] for name, node in self.nodes.items()}


class MatchedActivation(nn.Module):
    """The part of a network up to one layer, made for optimisation.

    Same function as the network up to float rounding: batch norms in eval mode are folded into the
    convolutions before them. The matched clamp, where there is one, has an identity gradient.
    """

    def __init__(self, network: Network, layer: Layer) -> None:
        super().__init__()
        graph = cut(network.module, {layer.node})
        _fold_batch_norms(graph)
        _speed_up_depthwise(graph)
        _free_matched_clamps(graph)
        self.node = layer.node
        self.graph = graph.to(memory_format=torch.channels_last)

    def forward(self, inputs: Tensor) -> Tensor:
        """Matched activation (batch, ...) of network input (batch, ...)."""
        activation: Tensor = self.graph(inputs)[self.node]
        return activation


def require_gradient(network: Network, layer: Layer) -> None:
    """Raise `UserError` unless the layer's activation is finite and has a gradient to the input.

    Costs one forward and backward pass of one item of noise.
    """
    white_noise = medium_of(network.input).white_noise(np.random.default_rng(0))
    noise = torch.from_numpy(white_noise)[None].requires_grad_()
    activation = MatchedActivation(network, layer)(noise)
    where = f"{network.name}: layer {layer.name}"
    if not isinstance(activation, Tensor):
        raise UserError(f"{where}: gives {type(activation).__name__}, not a tensor; match another node")
    if not activation.requires_grad:
        raise UserError(
            f"{where}: has no gradient ({activation.dtype} {tuple(activation.shape)}); match another node"
        )
    if not bool(activation.isfinite().all()):
        raise UserError(f"{where}: is NaN or infinite for noise; check the weights")
    (gradient,) = torch.autograd.grad(activation.sum(), noise, allow_unused=True)
    if gradient is None or not bool(gradient.any()):
        raise UserError(f"{where}: its gradient is zero everywhere; match another node")


def _fold_batch_norms(graph: fx.GraphModule) -> None:
    """Fold each batch norm into the convolution before it, where both are called once."""
    modules = dict(graph.named_modules())
    calls = [str(node.target) for node in graph.graph.nodes if node.op == "call_module"]
    for node in list(graph.graph.nodes):
        norm = called_module(node, modules)
        source = node.args[0] if node.args else None
        if type(norm) is not nn.BatchNorm2d or norm.running_mean is None or not isinstance(source, fx.Node):
            continue
        conv = called_module(source, modules)
        once = calls.count(str(node.target)) == calls.count(str(source.target)) == len(source.users) == 1
        if once and conv is not None and _is_plain(conv):
            graph.set_submodule(str(source.target), fuse_conv_bn_eval(cast(nn.Conv2d, conv), norm))
            node.replace_all_uses_with(source)
            graph.graph.erase_node(node)
    graph.delete_all_unused_submodules()
    graph.recompile()


def _speed_up_depthwise(graph: fx.GraphModule) -> None:
    for name, module in list(graph.named_modules()):
        if _is_plain(module) and is_strided_depthwise(module):
            graph.set_submodule(name, StridedDepthwise(cast(nn.Conv2d, module)))


def _is_plain(module: nn.Module) -> bool:
    """Whether it is a convolution whose weight is used as it is, with no hook that would change it."""
    return type(module) in _plain_convolutions() and not module._forward_pre_hooks


def _free_matched_clamps(graph: fx.GraphModule) -> None:
    """Give the clamp whose output is the graph's only output an identity gradient.

    Where the output joins several branches (Inception's Mixed blocks), so does the rule: the clamp that ends
    a branch is a matched one.
    """
    output = graph.graph.output_node()
    (node,) = cast(dict[str, fx.Node], output.args[0]).values()
    _free(graph.graph, dict(graph.named_modules()), node, output)
    graph.recompile()


def _free(graph: fx.Graph, modules: dict[str, nn.Module], node: fx.Node, user: fx.Node) -> None:
    """Free the clamp that `node` is, or passes on, on its way to `user`; other users keep its gradient."""
    source = node.args[0] if node.args else None
    if _is_a(node, modules, _IDENTITY_MODULES, _IDENTITY_FUNCTIONS, _IDENTITY_METHODS):
        _free(graph, modules, cast(fx.Node, source), node)
    elif node.op == "call_function" and node.target in _JOINS and isinstance(source, list | tuple):
        for branch in source:
            _free(graph, modules, cast(fx.Node, branch), node)
    elif _is_clamp(node, modules):
        raw = node
        while _is_clamp(raw, modules):  # two in a row, as DeepSpeech has them, are one
            raw = cast(fx.Node, raw.args[0] if raw.args else raw.kwargs["input"])
        with graph.inserting_after(node):
            freed = graph.call_function(identity_gradient, (node, raw))
        user.replace_input_with(node, freed)


def identity_gradient(clamped: Tensor, raw: Tensor) -> Tensor:
    """`clamped`, whose gradient goes to `raw` unchanged. Both of the same shape."""
    value: Tensor = _IdentityGradient.apply(clamped, raw)
    return value


class _IdentityGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, clamped: Tensor, raw: Tensor) -> Tensor:
        return clamped.view_as(clamped)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        return None, gradient


def _is_clamp(node: fx.Node, modules: dict[str, nn.Module]) -> bool:
    return _is_a(node, modules, _CLAMP_MODULES, _CLAMP_FUNCTIONS, _CLAMP_METHODS)


def _is_a(
    node: fx.Node,
    modules: dict[str, nn.Module],
    module_types: tuple[type[nn.Module], ...],
    functions: tuple[Any, ...],
    methods: tuple[str, ...],
) -> bool:
    if node.op == "call_module":
        return isinstance(modules[str(node.target)], module_types)
    if node.op == "call_method":
        return node.target in methods
    return node.op == "call_function" and node.target in functions


def _plain_convolutions() -> tuple[type[nn.Conv2d], ...]:
    """Those that use their weight as it is; others, like timm's StdConv2d, are subclasses that change it."""
    if not timm_is_loaded():
        return (nn.Conv2d,)
    from timm.layers import Conv2dSame  # type: ignore[attr-defined]

    from synthesis.networks.hearing.first_conv import FirstConv2dSame

    return nn.Conv2d, Conv2dSame, FirstConv2dSame
