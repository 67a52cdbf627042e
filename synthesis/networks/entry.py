"""How a network is declared: one `Entry`, which is read without torch and built when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from synthesis.networks.inputs import USUAL_PICTURES, NetworkInput
from synthesis.networks.network import Layer
from synthesis.networks.sources import WeightsSource

if TYPE_CHECKING:
    from torch import nn

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Normalisation:
    """Red, green and blue of a picture in [0, 1] become (x - mean) / std."""

    mean: Triple
    std: Triple


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
TF_LITE = Normalisation((127 / 255,) * 3, (128 / 255,) * 3)


class Header(Protocol):
    """What the file of a network that was trained here says of it; `answers` has one text for each logit."""

    @property
    def answers(self) -> tuple[str, ...]: ...

    @property
    def input(self) -> NetworkInput: ...

    @property
    def layers(self) -> tuple[Layer, ...]: ...

    def build(self) -> nn.Module: ...


def same(key: str) -> str:
    """The key of a checkpoint that is laid out as the architecture is."""
    return key


@dataclass(frozen=True)
class Entry:
    """One network of the registry.

    `build` gives the bare architecture with its own initialisation, drawn from torch's global generator; it
    imports torch, this declaration does not. Nodes of `layers` (depth order), `aliases` and `feature_node`
    are paths in that architecture; without `layers`, its parts are taken, and without `feature_node` the
    input of its last linear layer. Pictures go through `normalisation` first; sounds through nothing. `key`
    translates a checkpoint's keys to the architecture's; an empty string drops one.

    For a network that was trained here, its file says what it is: `header` reads that of the published
    weights, and a file of the user's has its own. `seed` is the network's own where random weights are what
    it is known by. `library` is what `build` imports that is slow to import, if anything. `letters` are those
    of a network that spells speech (`Network.letters`); a text file beside its weights can name others.
    """

    name: str
    description: str
    build: Callable[[], nn.Module]
    weights: WeightsSource | None
    layers: tuple[Layer, ...] = ()
    aliases: tuple[Layer, ...] = ()
    feature_node: str = ""
    input: NetworkInput = USUAL_PICTURES
    normalisation: Normalisation = IMAGENET
    key: Callable[[str], str] = same
    header: Callable[[], Header] | None = None
    seed: int | None = None
    library: str = "timm"
    letters: tuple[str, ...] = ()
