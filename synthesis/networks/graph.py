"""A network as a graph of named nodes: listing them in depth order, and cutting what comes after some.

A node is called as torchvision calls it: the path of its module, then the operation for what is not a module
of its own, then _1, _2, ... for repetitions (`layer1.0.relu_2`). The path of a larger module (`layer1`) means
its output.
"""

import copy
import re
import traceback
from collections import Counter
from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from synthesis.common.errors import UserError
from synthesis.networks.own_gradients import functions_as_nodes
from synthesis.networks.timm_layers import timm_is_loaded

if TYPE_CHECKING:
    from timm.layers import BatchNormAct2d  # type: ignore[attr-defined]


_NAME = "metamerlab_name"


def positions(module: nn.Module) -> dict[str, int]:
    """Every node's and every module's name with its rank in the order of execution, from 0."""
    tracer, graph = _traced(module)
    place = {node: number for number, node in enumerate(graph.nodes)}
    # Of the names of one node, the longer path is inside the shorter.
    names = sorted(tracer.outputs, key=lambda name: (place[tracer.outputs[name]], -name.count(".")))
    return {name: rank for rank, name in enumerate(names) if tracer.outputs[name].op != "placeholder"}


def output_node(module: nn.Module) -> str:
    """The name of the node that a network returns."""
    tracer, graph = _traced(module)
    (returned,) = graph.output_node().args
    for name, node in tracer.outputs.items():
        if node is returned:
            return name
    raise UserError(f"{type(module).__name__} returns {type(returned).__name__}; it must return logits alone")


def linear_input(module: nn.Module) -> str:
    """The name of the node that the last linear layer is given, else of the network's output."""
    tracer, graph = _traced(module)
    modules = dict(tracer.root.named_modules())
    names = {node: name for name, node in reversed(tracer.outputs.items())}
    for node in reversed(graph.nodes):
        linear = isinstance(called_module(node, modules), nn.Linear) or node.target is functional.linear
        if linear and node.args[0] in names:
            return names[node.args[0]]
    return output_node(module)


def cut(module: nn.Module, nodes: set[str]) -> fx.GraphModule:
    """The graph that gives a dict of these nodes' outputs and runs nothing else; eval mode, frozen.

    It shares the weights' memory with `module`, which is not changed. Raises `UserError` for a network that
    torch.fx cannot follow and for an unknown node.
    """
    tracer, graph = _traced(module)
    if unknown := sorted(nodes - tracer.outputs.keys()):
        raise UserError(f"{type(module).__name__} has no graph node {unknown[0]!r}")
    graph.erase_node(graph.output_node())
    graph.output({name: tracer.outputs[name] for name in sorted(nodes)})
    for node in reversed(graph.nodes):
        if not node.users and node.op not in ("placeholder", "output"):
            graph.erase_node(node)
    _keep_values(graph)
    return fx.GraphModule(tracer.root, graph).eval().requires_grad_(False)


def called_module(node: fx.Node, modules: dict[str, nn.Module]) -> nn.Module | None:
    """The module that a node calls, None for another kind of node."""
    return modules.get(str(node.target)) if node.op == "call_module" else None


def node_name(node: fx.Node) -> str:
    """The name of a node of a graph that `cut` gave."""
    name: str = node.meta[_NAME]
    return name


class _Tracer(fx.Tracer):
    """Follows a network into everything but torch's own modules, and names each node."""

    def __init__(self) -> None:
        self._leaves, functions = _not_followed()
        super().__init__(autowrap_functions=functions)
        self.outputs: dict[str, fx.Node] = {}
        self._where = ""
        self._times: Counter[str] = Counter()

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, self._leaves) or super().is_leaf_module(m, module_qualified_name)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        outside, self._where = self._where, self.path_of_module(m)
        try:
            returned = super().call_module(m, forward, args, kwargs)
            if isinstance(returned, fx.Proxy) and not self.is_leaf_module(m, self._where):
                self.outputs[self._unused(self._where)] = returned.node
            return returned
        finally:
            self._where = outside

    def create_proxy(self, kind: str, target: Any, *args: Any, **kwargs: Any) -> fx.Proxy:
        proxy = super().create_proxy(kind, target, *args, **kwargs)
        if kind == "call_module":
            name = str(target)
        else:
            operation = re.sub(r"_\d+$", "", proxy.node.name)
            name = f"{self._where}.{operation}" if self._where else operation
        name = self._unused(name)
        self.outputs[name], proxy.node.meta[_NAME] = proxy.node, name
        return proxy

    def _unused(self, name: str) -> str:
        candidate = name
        while candidate in self.outputs:
            self._times[name] += 1
            candidate = f"{name}_{self._times[name]}"
        return candidate


def _not_followed() -> tuple[tuple[type[nn.Module], ...], tuple[Callable[..., Any], ...]]:
    """Modules and functions that are registered as single nodes; timm keeps the list."""
    if not timm_is_loaded():
        return (), ()
    from timm.layers import get_notrace_functions, get_notrace_modules  # type: ignore[attr-defined]

    return tuple(get_notrace_modules()), tuple(get_notrace_functions())  # type: ignore[no-untyped-call]


def _traced(module: nn.Module) -> tuple[_Tracer, fx.Graph]:
    tracer = _Tracer()
    try:
        with functions_as_nodes():
            graph = tracer.trace(_of_input_alone(_traceable(_structure(module))))
    except Exception as error:  # whatever a forward raises when it meets a symbol instead of a tensor
        raise UserError(
            f"{type(module).__name__} cannot be followed by torch.fx: {_place(error)}: "
            f"{' '.join(str(error).split())[:200]}"
        ) from error
    return tracer, graph


def _of_input_alone(module: nn.Module) -> nn.Module:
    """Leave a forward's further parameters at their defaults: torch.fx would make inputs of them too."""
    given = type(module)
    if len(signature(given.forward).parameters) > 2:  # beside self and the input
        alone = {"forward": lambda self, x: given.forward(self, x)}
        module.__class__ = type(given.__name__, (given,), alone)
    return module


def _place(error: Exception) -> str:
    """The innermost forward of a traced module that the error went through, with its line."""
    place = "in its forward"
    for frame, line in traceback.walk_tb(error.__traceback__):
        owner = frame.f_locals.get("self")
        if frame.f_code.co_name == "forward" and isinstance(owner, nn.Module):
            place = f"in {type(owner).__name__}.forward, line {line} of {frame.f_code.co_filename}"
    return place


def _structure(module: nn.Module) -> nn.Module:
    """A copy whose parameters and buffers are new objects on the same memory."""
    shared: dict[int, Any] = {}
    for parameter in module.parameters():
        shared[id(parameter)] = nn.Parameter(parameter.detach(), requires_grad=False)
    for buffer in module.buffers():
        shared[id(buffer)] = buffer.detach()
    return copy.deepcopy(module, shared).eval()


def _traceable(module: nn.Module) -> nn.Module:
    """Show every batch norm and clamp as a node of its own, and let no module write into its input."""
    for name, child in module.named_children():
        setattr(module, name, _split(child) if _is_joint_norm(child) else _traceable(child))
    if hasattr(module, "inplace"):
        setattr(module, "inplace", False)  # noqa: B010 - the attribute is not declared by nn.Module
    return module


def _is_joint_norm(module: nn.Module) -> "TypeGuard[BatchNormAct2d]":
    """Whether it is timm's batch norm that clamps too."""
    if not timm_is_loaded():
        return False
    from timm.layers import BatchNormAct2d  # type: ignore[attr-defined]

    return type(module) is BatchNormAct2d


def _split(joint: "BatchNormAct2d") -> nn.Sequential:
    norm = nn.BatchNorm2d(joint.num_features, joint.eps, joint.momentum, joint.affine)
    norm.weight, norm.bias = joint.weight, joint.bias
    norm.running_mean, norm.running_var = joint.running_mean, joint.running_var
    return nn.Sequential(norm, _traceable(joint.drop), _traceable(joint.act)).eval()


def _keep_values(graph: fx.Graph) -> None:
    """Let no function or method write into its input, which may be a returned activation."""
    for node in graph.nodes:
        if node.op == "call_method":
            node.target = _without_underscore(str(node.target), Tensor)
        elif node.op == "call_function":
            name = getattr(node.target, "__name__", "")
            for owner in (torch, functional):
                if (plain := _without_underscore(name, owner)) != name:
                    node.target = getattr(owner, plain)
                    break
            _not_in_place(node)


def _without_underscore(name: str, owner: Any) -> str:
    """`relu` for `relu_`, if `owner` has it: the same operation that leaves its input alone."""
    plain = name.removesuffix("_")
    return plain if not name.startswith("_") and hasattr(owner, plain) else name


def _not_in_place(node: fx.Node) -> None:
    try:
        arguments = signature(node.target).bind(*node.args, **node.kwargs)  # type: ignore[arg-type]
    except (TypeError, ValueError):  # built in, or without a signature: torch.relu and the like
        return
    if arguments.arguments.get("inplace"):
        arguments.arguments["inplace"] = False
        node.args, node.kwargs = arguments.args, arguments.kwargs
