"""Running a network only as far as a layer.

The network's graph is cut after the matched layer, so nothing later runs, forward or backward.
"""

from typing import cast

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from synthesis.bundle.spec import MatchedClamp
from synthesis.networks.graph import called_module, cut, output_node
from synthesis.networks.registry import Layer, Network
from synthesis.networks.timm_layers import timm_is_loaded
from synthesis.optimise.clamps import free_matched_clamps
from synthesis.optimise.depthwise import StridedDepthwise, is_strided_depthwise

__all__ = ["Activations", "MatchedActivation", "output_node"]


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
    convolutions before them. The matched clamp, where there is one, has an identity gradient, unless
    `matched_clamp` says that it is kept as it is.
    """

    def __init__(self, network: Network, layer: Layer, matched_clamp: MatchedClamp = "freed") -> None:
        super().__init__()
        graph = cut(network.module, {layer.node})
        _fold_batch_norms(graph)
        _speed_up_depthwise(graph)
        if matched_clamp == "freed":
            free_matched_clamps(graph)
        self.node = layer.node
        self.graph = graph.to(memory_format=torch.channels_last)

    def forward(self, inputs: Tensor) -> Tensor:
        """Matched activation (batch, ...) of network input (batch, ...)."""
        activation: Tensor = self.graph(inputs)[self.node]
        return activation


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


def _plain_convolutions() -> tuple[type[nn.Conv2d], ...]:
    """Those that use their weight as it is; others, like timm's StdConv2d, are subclasses that change it."""
    if not timm_is_loaded():
        return (nn.Conv2d,)
    from timm.layers import Conv2dSame  # type: ignore[attr-defined]

    from synthesis.networks.hearing.first_conv import FirstConv2dSame

    return nn.Conv2d, Conv2dSame, FirstConv2dSame
