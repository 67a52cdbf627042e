"""The conditions of a study: natural, and each network's layers in depth order; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from synthesis.bundle.manifest import NATURAL

UNNAMED = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True)
class Network:
    """A network of a study, and its layers that are presented, in depth order."""

    name: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """`name` is what tables call it; `network` and `layer` are empty for the natural condition."""

    name: str
    network: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Conditions:
    """All conditions of a study in order: natural, then the networks in the order of the study file.

    Where a study file names its networks, a condition's name is `network/layer`; in a study of one bundle
    that names none it is the layer's.
    """

    networks: tuple[Network, ...]
    named: bool

    @cached_property
    def all(self) -> tuple[Condition, ...]:
        layers = [
            Condition(self.name(network.name, layer), network.name, layer)
            for network in self.networks
            for layer in network.layers
        ]
        return (Condition(NATURAL), *layers)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(condition.name for condition in self.all)

    @property
    def several(self) -> bool:
        """Whether there are networks to compare."""
        return len(self.networks) > 1

    def name(self, network: str, layer: str) -> str:
        """What a stimulus's condition is called."""
        return condition_name(network, layer, named=self.named)

    def of_network(self, network: Network) -> tuple[str, ...]:
        """The network's curve: natural, then its layers."""
        return (NATURAL, *(self.name(network.name, layer) for layer in network.layers))

    def __getitem__(self, name: str) -> Condition:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Condition]:
        return {condition.name: condition for condition in self.all}


def condition_name(network: str, layer: str, *, named: bool) -> str:
    """`network/layer` where networks are named, else the layer; a natural stimulus belongs to no network."""
    return f"{network}/{layer}" if named and layer != NATURAL else layer


def default_network(model: str) -> str:
    """A network's name where the study file gives none: `torchvision/vgg19` -> vgg19."""
    return UNNAMED.sub("_", re.split(r"[/:]", model)[-1]).strip("_") or "network"


def chosen_layers(matched: Sequence[str], wanted: Sequence[str], all_of_them: str) -> tuple[str, ...]:
    """The wanted ones of a bundle's layers, in depth order. Raises `ValueError` that names an unknown one."""
    if list(wanted) == [all_of_them]:
        return tuple(matched)
    unknown = [layer for layer in wanted if layer not in matched]
    if unknown:
        raise ValueError(f"the bundle has no layer {unknown[0]!r}; it has {', '.join(matched)}")
    return tuple(layer for layer in matched if layer in wanted)
