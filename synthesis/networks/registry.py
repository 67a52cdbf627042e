"""The networks that metamers can be made for. Asking for names and published layers does not import torch.

A model is the name of an entry, `torchvision/NAME`, `timm/NAME`, `torchaudio/NAME`, or a user's own
`path/module.py:factory`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from synthesis.bundle.spec import RandomWeights, Weights
from synthesis.common.errors import UserError
from synthesis.networks.entry import Entry
from synthesis.networks.hearing.auditory import AUDITORY
from synthesis.networks.hearing.shipped import SHIPPED
from synthesis.networks.inputs import NetworkInput, PictureInput, SoundInput
from synthesis.networks.network import (
    Layer,
    Network,
    find_layer,
    is_user_module,
    nearest_first,
    split_user_module,
)
from synthesis.networks.seeing.catalogue import ENTRIES
from synthesis.networks.seeing.paper_catalogue import PAPER_ENTRIES

__all__ = [
    "Entry",
    "Layer",
    "Network",
    "PictureInput",
    "SoundInput",
    "architecture",
    "find_layer",
    "is_user_module",
    "known_networks",
    "library",
    "load_library",
    "load_network",
    "nearest_first",
    "network_input",
    "network_layers",
    "register",
    "registered",
    "require_layers",
    "split_user_module",
]

_entries: dict[str, Entry] = {entry.name: entry for entry in (*ENTRIES, *PAPER_ENTRIES, *AUDITORY, *SHIPPED)}


def register(entry: Entry) -> Entry:
    """Add an entry to those of the catalogue."""
    _entries[entry.name] = entry
    return entry


def known_networks() -> tuple[str, ...]:
    """The names of all registered networks, sorted."""
    return tuple(sorted(_entries))


def registered() -> tuple[Entry, ...]:
    """All registered entries, sorted by name."""
    return tuple(_entries[name] for name in known_networks())


def network_layers(name: str) -> tuple[Layer, ...]:
    """The layers of a network in depth order; those of a registered one without building it.

    Nodes are paths in the bare architecture. Raises `UserError` for an unknown name.
    """
    if name in _entries and _entries[name].layers:
        return _entries[name].layers
    return architecture(name).layers


def network_input(name: str) -> NetworkInput:
    """What a network is shown; of a registered one without building it. Raises `UserError` if unknown."""
    return _entries[name].input if name in _entries else architecture(name).input


def architecture(name: str) -> Network:
    """The network with weights that are always there, for asking for layers and nodes; not cached."""
    return _load(name, "published" if is_user_module(name) else RandomWeights(random=0))


def require_layers(network: str, names: list[str], weights: Weights = "published") -> None:
    """Raise `UserError` at the first of `names` that is no layer, alias or graph node of the network."""
    entry = _entries.get(network)
    if entry is not None and {layer.name for layer in entry.layers}.issuperset(names):
        return
    # The nodes of a network that was trained here are those of its file.
    found = load_network(network, weights) if entry is not None and entry.header else architecture(network)
    found.including(names)


def library(name: str) -> str:
    """The library that a network is built with, empty if nothing that is slow to import."""
    return _entries[name].library if name in _entries else "timm"


def load_library(name: str) -> None:
    """Import the network's library: seconds in which no wish to stop is looked for."""
    if needed := library(name):
        import_module(needed)


@cache
def load_network(name: str, weights: Weights = "published") -> Network:
    """Build a network and load its weights; cached.

    Parameters
    ----------
    name
        A registered name, `torchvision/NAME`, `timm/NAME`, `torchaudio/NAME`, or `path/module.py:factory`,
        whose code is run: such a name must come from the user, never from a bundle.
    weights
        The published ones, a checkpoint file's, or random ones from a seed. For a user's module, "published"
        means as its factory makes them.

    Raises
    ------
    UserError
        Unknown name (the nearest are listed), no weights to be had, or weights that do not fit.
    """
    return _load(name, weights)


def _load(name: str, weights: Weights) -> Network:
    # Not at the top: these import torch.
    from synthesis.networks.by_name import entry_by_name
    from synthesis.networks.loading import from_entry, from_user_module

    if is_user_module(name):
        return from_user_module(name, weights)
    entry = _entries.get(name) or entry_by_name(name)
    if entry is None:
        nearest = ", ".join(nearest_first(name, list(known_networks())))
        raise UserError(
            f"unknown model {name!r}; known models: {nearest}; or torchvision/NAME, timm/NAME, "
            "torchaudio/NAME, FILE.py:FACTORY"
        )
    return from_entry(entry, weights)
