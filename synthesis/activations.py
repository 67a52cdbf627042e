"""Running a network only as far as a layer, and the gradient rule of the matched clamp.

The network's graph is cut after the matched layer, so nothing later runs, forward or backward. When the
matched activation is the output of a clamp (ReLU, ReLU6), that one clamp keeps its forward and gets an
identity gradient; earlier clamps keep theirs (Feather et al. 2019, 2023). Without this rule late layers
stick where most activations are clamped.
"""

import copy
from typing import Any, cast

import torch
from timm.layers import (  # type: ignore[attr-defined]
    BatchNormAct2d,
    create_feature_extractor,
    get_graph_node_names,
)
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from synthesis.depthwise import StridedDepthwise, is_strided_depthwise
from synthesis.registry import Layer, Network

_CLAMP_MODULES = (nn.ReLU, nn.ReLU6, nn.Hardtanh)
_CLAMP_FUNCTIONS = (torch.relu, torch.clamp, functional.relu, functional.relu6, functional.hardtanh)
_CLAMP_METHODS = ("relu", "clamp")
# What may stand between a clamp and the matched output without changing any value.
_IDENTITY_MODULES = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)
_IDENTITY_FUNCTIONS = (torch.flatten,)
_IDENTITY_METHODS = ("flatten", "view", "reshape")


class Activations(nn.Module):
    """Pictures (batch, 3, height, width) in [0, 1] to the activations of some nodes, in one pass.

    The result is a dict from the given names to tensors (batch, ...). Nothing after the last node runs.
    """

    def __init__(self, module: nn.Module, nodes: dict[str, str]) -> None:
        super().__init__()
        self.nodes = nodes
        self.graph = _cut(module, set(nodes.values()))

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = self.graph(pictures)
        return {name: outputs[node] for name, node in self.nodes.items()}


class MatchedActivation(nn.Module):
    """The part of a network up to one layer, made for optimisation.

    Same function as the network up to float rounding: batch norms in eval mode are folded into the
    convolutions before them. The matched clamp, where there is one, has an identity gradient.
    """

    def __init__(self, network: Network, layer: Layer) -> None:
        super().__init__()
        graph = _cut(network.module, {layer.node})
        _fold_batch_norms(graph)
        _speed_up_depthwise(graph)
        _free_matched_clamp(graph)
        self.node = layer.node
        self.graph = graph.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> Tensor:
        """Matched activation (batch, ...) of pictures (batch, 3, height, width) in [0, 1]."""
        activation: Tensor = self.graph(pictures)[self.node]
        return activation


def output_node(module: nn.Module) -> str:
    """The name of the node that a network returns."""
    return get_graph_node_names(copy.deepcopy(module))[1][-1]


def _cut(module: nn.Module, nodes: set[str]) -> fx.GraphModule:
    """The graph that gives a dict of these nodes' outputs and runs nothing else; eval mode, frozen."""
    traceable = _traceable(copy.deepcopy(module))
    extractor = create_feature_extractor(traceable, {node: node for node in nodes}).eval()
    _keep_values(extractor.graph)
    return fx.GraphModule(extractor, extractor.graph).eval().requires_grad_(False)


def _keep_values(graph: fx.Graph) -> None:
    """Let no function or method write into its input, which may be a returned activation."""
    for node in graph.nodes:
        if "inplace" in node.kwargs:
            node.kwargs = {**node.kwargs, "inplace": False}
        if node.op == "call_method":
            node.target = str(node.target).removesuffix("_")


def _traceable(module: nn.Module) -> nn.Module:
    """Show every batch norm and clamp as a node of its own, and let no module write into its input."""
    for name, child in module.named_children():
        setattr(module, name, _split(child) if isinstance(child, BatchNormAct2d) else _traceable(child))
    if hasattr(module, "inplace"):
        setattr(module, "inplace", False)  # noqa: B010 - the attribute is not declared by nn.Module
    return module


def _split(joint: BatchNormAct2d) -> nn.Sequential:
    norm = nn.BatchNorm2d(joint.num_features, joint.eps, joint.momentum, joint.affine)
    state = {name: value for name, value in joint.state_dict().items() if name in norm.state_dict()}
    norm.load_state_dict(state)
    return nn.Sequential(norm, _traceable(joint.drop), _traceable(joint.act)).train(joint.training)


def _fold_batch_norms(graph: fx.GraphModule) -> None:
    modules = dict(graph.named_modules())
    for node in list(graph.graph.nodes):
        norm = _called_module(node, modules)
        source = node.args[0] if node.args else None
        if not isinstance(norm, nn.BatchNorm2d) or not isinstance(source, fx.Node):
            continue
        conv = _called_module(source, modules)
        if not isinstance(conv, nn.Conv2d) or len(source.users) > 1:
            continue
        graph.set_submodule(str(source.target), fuse_conv_bn_eval(conv, norm))
        node.replace_all_uses_with(source)
        graph.graph.erase_node(node)
    graph.delete_all_unused_submodules()
    graph.recompile()


def _speed_up_depthwise(graph: fx.GraphModule) -> None:
    for name, module in list(graph.named_modules()):
        if isinstance(module, nn.Conv2d) and is_strided_depthwise(module):
            graph.set_submodule(name, StridedDepthwise(module))


def _free_matched_clamp(graph: fx.GraphModule) -> None:
    """Give the clamp whose output is the graph's only output an identity gradient."""
    modules = dict(graph.named_modules())
    (node,) = cast(dict[str, fx.Node], graph.graph.output_node().args[0]).values()
    while _is_a(node, modules, _IDENTITY_MODULES, _IDENTITY_FUNCTIONS, _IDENTITY_METHODS):
        node = cast(fx.Node, node.args[0])
    if not _is_a(node, modules, _CLAMP_MODULES, _CLAMP_FUNCTIONS, _CLAMP_METHODS):
        return
    with graph.graph.inserting_after(node):
        freed = graph.graph.call_function(identity_gradient, (node, node.args[0]))
    node.replace_all_uses_with(freed, delete_user_cb=lambda user: user is not freed)
    graph.recompile()


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


def _called_module(node: fx.Node, modules: dict[str, nn.Module]) -> nn.Module | None:
    return modules.get(str(node.target)) if node.op == "call_module" else None


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
