"""What a network is to the rest of synthesis: a module, its layers, and where its weights came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, Literal

from synthesis.common.errors import UserError
from synthesis.networks.inputs import USUAL_PICTURES, NetworkInput, PictureInput

if TYPE_CHECKING:
    from torch import nn

# Where a normalised network keeps the bare architecture: nodes are named from there.
BODY = "network."


@dataclass(frozen=True)
class Layer:
    """A matched layer: its published `name`, and the path of the module or graph `node` that gives it."""

    name: str
    node: str


@dataclass(frozen=True)
class Network:
    """A network ready for synthesis.

    `module` is in eval mode, frozen and float32: it takes what `input` says, normalises it itself, and
    returns logits (batch, classes). `layers` are in depth order; `aliases` are further names of its nodes.
    `feature_node` gives the features of linear readouts, shape (batch, features). `weights` says where the
    weights came from, in words. `answers` says what each logit stands for, where that is a word; one that is
    no answer, such as a null class, has "". A network that spells speech returns (batch, frames, letters);
    `letters` says what each of these logits stands for, "" for the blank between letters.
    """

    name: str
    module: nn.Module
    layers: tuple[Layer, ...] = ()
    input: NetworkInput = USUAL_PICTURES
    feature_node: str = ""
    weights: str = ""
    weights_sha256: str = ""
    weights_kind: Literal["published", "file", "random"] = "published"
    weights_seed: int | None = None
    aliases: tuple[Layer, ...] = ()
    answers: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()

    @property
    def pictures(self) -> PictureInput:
        """The pictures that it is shown. Raises `UserError` if it is shown another kind of stimuli."""
        if not isinstance(self.input, PictureInput):
            raise UserError(
                f"{self.name} is shown {self.input.format.kind}s; give a network that is shown pictures"
            )
        return self.input

    def layer(self, name: str) -> Layer:
        """The layer of that name. Raises `UserError` listing the known ones, nearest first."""
        return find_layer(self.name, self.layers, name)

    def including(self, names: Iterable[str]) -> Network:
        """This network with each of `names` among its layers: aliases and graph nodes stand at their depth.

        A node's name is as `python -m synthesis layers MODEL --all` lists it. Raises `UserError` for a name
        that is neither a layer, nor an alias, nor a node.
        """
        known = {layer.name for layer in self.layers}
        missing = [name for name in dict.fromkeys(names) if name not in known]
        if not missing:
            return self
        from synthesis.networks.graph import positions

        depth = positions(self.module)
        added = tuple(self._unpublished(name, depth) for name in missing)
        layers = sorted(self.layers + added, key=lambda layer: depth[layer.node])
        return replace(self, layers=tuple(layers))

    def nodes(self) -> list[str]:
        """The name of every graph node and of every module's output, in depth order."""
        from synthesis.networks.graph import positions

        return [self.shown(node) for node in positions(self.module)]

    def shown(self, node: str) -> str:
        """A node of `module` as people call it: without the normalisation around the architecture."""
        return node.removeprefix(self._body())

    def _unpublished(self, name: str, depth: dict[str, int]) -> Layer:
        for layer in self.aliases:
            if layer.name == name:
                return layer
        if (node := self._body() + name) in depth:
            return Layer(name, node)
        try:
            return find_layer(self.name, self.layers, name)
        except UserError as error:
            near = get_close_matches(name, self.nodes(), n=3)
            hint = f" (nearest: {', '.join(near)})" if near else ""
            raise UserError(
                f"{error}; and no graph node of that name{hint}: see `python -m synthesis layers MODEL --all`"
            ) from None

    def _body(self) -> str:
        from synthesis.networks.modules import NormalisedNetwork

        return BODY if isinstance(self.module, NormalisedNetwork) else ""


def is_user_module(name: str) -> bool:
    """Whether a model's name is a user's own `path/module.py:factory`."""
    return ".py:" in name


def split_user_module(name: str) -> tuple[str, str]:
    """The path and the factory in `path/module.py:factory`."""
    path, _, factory = name.rpartition(":")
    return path, factory


def find_layer(network: str, layers: tuple[Layer, ...], name: str) -> Layer:
    """The layer called `name`. Raises `UserError` listing the known ones, nearest first."""
    for layer in layers:
        if layer.name == name:
            return layer
    known = nearest_first(name, [layer.name for layer in layers])
    raise UserError(f"{network} has no layer {name!r}; its layers: {', '.join(known)}")


def nearest_first(name: str, known: list[str]) -> list[str]:
    """`known` with the entries that resemble `name` in front, the others in their order."""
    matches = get_close_matches(name, known, n=3)
    near = [entry for entry in known if entry in matches]
    near.sort(key=lambda entry: SequenceMatcher(None, entry, name).ratio(), reverse=True)
    return near + [entry for entry in known if entry not in near]
