"""The networks that metamers can be made for. Asking for names and layers does not import torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from synthesis.bundle.errors import UserError

if TYPE_CHECKING:
    from torch import nn

# Modules whose import registers networks.
_NETWORK_MODULES = ("synthesis.vision.efficientnet_lite",)


@dataclass(frozen=True)
class Layer:
    """A matched layer: its published `name`, and the path of the module or graph `node` that gives it."""

    name: str
    node: str


@dataclass(frozen=True)
class Network:
    """A network ready for synthesis.

    `module` is in eval mode, frozen and float32: it takes pictures (batch, 3, input_px, input_px) in [0, 1],
    normalises them itself, and returns logits (batch, 1000). `layers` are in depth order. `feature_node` is
    the pooled feature layer, shape (batch, features). Pictures are prepared with short side `resize_px`.
    """

    name: str
    module: nn.Module
    layers: tuple[Layer, ...]
    input_px: int
    resize_px: int
    feature_node: str
    weights: str
    weights_sha256: str

    def layer(self, name: str) -> Layer:
        """The layer of that name. Raises `UserError` listing the known ones, nearest first."""
        return find_layer(self.name, self.layers, name)


@dataclass(frozen=True)
class _Entry:
    layers: tuple[Layer, ...]
    factory: Callable[[], Network]


_entries: dict[str, _Entry] = {}


def register(
    name: str, layers: tuple[Layer, ...]
) -> Callable[[Callable[[], Network]], Callable[[], Network]]:
    """Decorate the factory of a network. `layers` are its published layers in depth order."""

    def decorate(factory: Callable[[], Network]) -> Callable[[], Network]:
        _entries[name] = _Entry(layers, factory)
        return factory

    return decorate


def known_networks() -> tuple[str, ...]:
    """The names of all registered networks, sorted."""
    for module in _NETWORK_MODULES:
        import_module(module)
    return tuple(sorted(_entries))


def network_layers(name: str) -> tuple[Layer, ...]:
    """The layers of a network in depth order, without loading it. Raises `UserError` for an unknown name."""
    return _entry(name).layers


def require_layers(network: str, names: list[str]) -> None:
    """Raise `UserError` at the first of `names` that is not a layer of the network."""
    layers = network_layers(network)
    for name in names:
        find_layer(network, layers, name)


@cache
def load_network(name: str) -> Network:
    """Build a network and load its weights; cached. Raises `UserError` for an unknown name."""
    return _entry(name).factory()


def find_layer(network: str, layers: tuple[Layer, ...], name: str) -> Layer:
    """The layer called `name`. Raises `UserError` listing the known ones, nearest first."""
    for layer in layers:
        if layer.name == name:
            return layer
    known = nearest_first(name, [layer.name for layer in layers])
    raise UserError(f"{network} has no layer {name!r}; its layers: {', '.join(known)}")


def nearest_first(name: str, known: list[str]) -> list[str]:
    """`known` with the entries that resemble `name` in front, the others in their order."""
    near = get_close_matches(name, known, n=3)
    return near + [entry for entry in known if entry not in near]


def _entry(name: str) -> _Entry:
    known = known_networks()
    if name not in known:
        nearest = ", ".join(nearest_first(name, list(known)))
        raise UserError(f"unknown model {name!r}; known models: {nearest}")
    return _entries[name]
