"""What the figures share: names of networks, orders of layers, the mean and its standard error."""

import math
from collections.abc import Iterable, Sequence
from statistics import mean, stdev

from synthesis.bundle.graphs import GraphManifest


def setting(manifest: GraphManifest, network: str) -> str:
    """A network without its seed: `gcn`, or `gcn, random` if it was not trained."""
    record = manifest.network(network)
    return record.architecture if record.trained else f"{record.architecture}, random"


def settings(manifest: GraphManifest) -> list[str]:
    """All of them, in the order of the spec."""
    return list(dict.fromkeys(setting(manifest, network.name) for network in manifest.networks))


def layers(manifest: GraphManifest) -> list[str]:
    """The names of all networks' layers in depth order."""
    return in_depth_order(network.layers for network in manifest.networks)


def in_depth_order(names: Iterable[Sequence[str]]) -> list[str]:
    """The longest list, and what others have more, each before the layer that follows it there."""
    found: list[str] = []
    for known in sorted(names, key=len, reverse=True):
        for number, name in enumerate(known):
            if name not in found:
                after = next((one for one in known[number + 1 :] if one in found), None)
                found.insert(found.index(after) if after else len(found), name)
    return found


def mean_and_sem(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and its standard error: 0 of one value."""
    return mean(values), stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
