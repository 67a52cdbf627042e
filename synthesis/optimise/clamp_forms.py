"""The ways in which a clamp is written in a network's graph.

A clamp is any of max(x, c) and min(x, c) with constant limits c: as a module, as a function or method that
is made for it, or composed of a comparison with `where`, `masked_fill` or, for c = 0, a product. What
resembles one but is none (a leaky ReLU, a `where` with another value, a maximum of two activations) is left
alone.
"""

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

_MODULES = (nn.ReLU, nn.ReLU6, nn.Hardtanh)
# Of x and limits.
_FUNCTIONS = (
    *(torch.relu, torch.clamp, torch.clip, torch.clamp_min, torch.clamp_max, torch.maximum, torch.minimum),
    *(functional.relu, functional.relu6, functional.hardtanh),
)
_METHODS = ("relu", "clamp", "clip", "clamp_min", "clamp_max", "maximum", "minimum")
_EXTREMES, _EXTREME_METHODS = (torch.max, torch.min), ("max", "min")
_THRESHOLDS = (torch.threshold, functional.threshold)
_PRODUCTS = (operator.mul, torch.mul, torch.multiply)
_COMPARISONS = (
    *(operator.gt, operator.ge, operator.lt, operator.le),
    *(
        torch.gt,
        torch.ge,
        torch.lt,
        torch.le,
        torch.greater,
        torch.greater_equal,
        torch.less,
        torch.less_equal,
    ),
)
_COMPARISON_METHODS = ("gt", "ge", "lt", "le", "greater", "greater_equal", "less", "less_equal")
_CASTS = ("float", "double", "half", "bfloat16", "to", "type", "type_as")
_FILLED: dict[Any, float] = {
    **dict.fromkeys((torch.zeros, torch.zeros_like), 0.0),
    **dict.fromkeys((torch.ones, torch.ones_like), 1.0),
}
_FILLED_METHODS = {"new_zeros": 0.0, "new_ones": 1.0}


def clamped_by(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """The node that `node` clamps, None if it is no clamp."""
    for form in (_by_itself, _threshold, _extreme, _where, _masked_fill, _product):
        if (raw := form(node, graph)) is not None:
            return raw
    return None


def is_a(
    node: fx.Node,
    graph: fx.GraphModule,
    modules: tuple[type[nn.Module], ...],
    functions: tuple[Callable[..., Any], ...],
    methods: tuple[str, ...],
) -> bool:
    """Whether a node calls one of these modules, functions or methods."""
    if node.op == "call_module":
        return isinstance(graph.get_submodule(str(node.target)), modules)
    if node.op == "call_method":
        return node.target in methods
    return node.op == "call_function" and node.target in functions


def _by_itself(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    if not is_a(node, graph, _MODULES, _FUNCTIONS, _METHODS):
        return None
    return _limited(_given(node), graph)


def _threshold(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """threshold(x, t, v) is x above t and else v: a clamp where the two are equal."""
    if is_a(node, graph, (nn.Threshold,), (), ()):
        module = graph.get_submodule(str(node.target))
        return _node(node.args[0]) if module.threshold == module.value else None
    if not is_a(node, graph, (), _THRESHOLDS, ()):
        return None
    raw, limit, value = _arguments(node, "input", "threshold", "value")
    return _node(raw) if limit == value else None


def _extreme(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """max(x, c): with a tensor c, since a number would be an axis."""
    values = _given(node)
    if not is_a(node, graph, (), _EXTREMES, _EXTREME_METHODS) or len(values) != 2:
        return None
    return _limited(values, graph) if all(isinstance(value, fx.Node) for value in values) else None


def _where(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """where(x > c, x, c), with any comparison and in either order; x.where(x > c, c)."""
    if is_a(node, graph, (), (), ("where",)):
        chosen, condition, other = _arguments(node, "input", "condition", "other")
    elif is_a(node, graph, (), (torch.where,), ()):
        condition, chosen, other = _arguments(node, "condition", "input", "other")
    else:
        return None
    return _picked(condition, chosen, other, graph)


def _masked_fill(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """x.masked_fill(x < c, c)"""
    if not is_a(node, graph, (), (torch.masked_fill,), ("masked_fill",)):
        return None
    raw, mask, value = _arguments(node, "input", "mask", "value")
    return _picked(mask, raw, value, graph)


def _picked(condition: Any, one: Any, other: Any, graph: fx.GraphModule) -> fx.Node | None:
    """x where of `one` and `other` one is x and one is c, and `condition` compares the same two."""
    compared = _compared(condition, graph)
    if compared is None:
        return None
    raw, limit = compared
    rest = other if one is raw else one
    return raw if raw in (one, other) and _constant(rest, graph) == limit else None


def _product(node: fx.Node, graph: fx.GraphModule) -> fx.Node | None:
    """x * (x > 0), with any comparison, in either order, the comparison turned into numbers or not."""
    values = _given(node)
    if not is_a(node, graph, (), _PRODUCTS, ("mul", "multiply")) or len(values) != 2:
        return None
    for raw, mask in (values, values[::-1]):
        while isinstance(mask, fx.Node) and mask.op == "call_method" and mask.target in _CASTS:
            mask = mask.args[0]
        if _compared(mask, graph) == (raw, 0.0):
            return _node(raw)
    return None


def _compared(condition: Any, graph: fx.GraphModule) -> tuple[fx.Node, float] | None:
    """What a comparison compares: an activation and a constant."""
    if not isinstance(condition, fx.Node) or not is_a(
        condition, graph, (), _COMPARISONS, _COMPARISON_METHODS
    ):
        return None
    one, other = _given(condition)
    for raw, limit in ((one, other), (other, one)):
        value = _constant(limit, graph)
        if isinstance(raw, fx.Node) and _constant(raw, graph) is None and value is not None:
            return raw, value
    return None


def _limited(values: tuple[Any, ...], graph: fx.GraphModule) -> fx.Node | None:
    """The only activation among a clamp's arguments; its limits may be tensors of the network."""
    moving = [
        value
        for value in values
        if isinstance(value, fx.Node) and value.op != "get_attr" and _constant(value, graph) is None
    ]
    return moving[0] if len(moving) == 1 else None


def _constant(value: Any, graph: fx.GraphModule) -> float | None:
    """The number that an argument is, or that all of a tensor are; else None."""
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, fx.Node):
        return None
    if value.op == "get_attr":
        held = operator.attrgetter(str(value.target))(graph)
        same = isinstance(held, Tensor) and held.numel() > 0 and bool((held == held.flatten()[0]).all())
        return float(held.flatten()[0]) if same else None
    if value.op == "call_method" and value.target in _CASTS:
        return _constant(value.args[0], graph)
    if value.op == "call_method":
        return _FILLED_METHODS.get(str(value.target))
    if value.op == "call_function" and value.target in (torch.full, torch.full_like):
        return _constant(_arguments(value, "size", "fill_value")[1], graph)
    return _FILLED.get(value.target) if value.op == "call_function" else None


def _given(node: fx.Node) -> tuple[Any, ...]:
    return (*node.args, *node.kwargs.values())


def _arguments(node: fx.Node, *names: str) -> tuple[Any, ...]:
    """The arguments of these names, given by position, in this order, or by name."""
    return tuple(
        node.args[place] if place < len(node.args) else node.kwargs.get(name)
        for place, name in enumerate(names)
    )


def _node(value: Any) -> fx.Node | None:
    return value if isinstance(value, fx.Node) else None
