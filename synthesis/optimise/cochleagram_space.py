"""Metamers optimised in the space of cochleagrams (Feather et al. 2023, supplement), in two stages.

First a cochleagram, none of whose values is negative, is optimised until the layer matches. It need not be
that of any sound. Then a waveform is optimised from noise until its cochleagram is as near to it as may be.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Generic, cast

import torch
from torch import Tensor, fx

from synthesis.bundle.spec import MatchedClamp
from synthesis.common.errors import UserError
from synthesis.hearing.cochleagram import Cochleagram
from synthesis.networks.modules import channels_last
from synthesis.networks.registry import Layer, Network
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Activation, Batch, Label, Synthesis
from synthesis.optimise.recipes import Recipe


def cochleagram_of(network: Network) -> Cochleagram:
    """The front end of a network. Raises `UserError` for one that does not begin with a cochleagram."""
    module = dict(network.module.named_modules()).get(network.nodes()[0])
    if not isinstance(module, Cochleagram):
        raise UserError(
            f"optimise: cochleagram needs a network that begins with a cochleagram; {network.name} does not; "
            "leave the field out"
        )
    return module


def after_cochleagram(
    network: Network, layer: Layer, matched_clamp: MatchedClamp = "freed"
) -> MatchedActivation:
    """From cochleagrams (batch, 1, channels, frames) to the layer's activation, made for optimisation.

    `network` begins with a cochleagram.
    """
    matched = MatchedActivation(network, layer, matched_clamp)
    graph, modules = matched.graph.graph, dict(matched.graph.named_modules())
    (sounds,) = (node for node in graph.nodes if node.op == "placeholder")
    (front_end,) = sounds.users
    assert isinstance(modules[str(front_end.target)], Cochleagram)
    cast(fx.Node, front_end).replace_all_uses_with(sounds)
    graph.erase_node(front_end)
    matched.graph.recompile()
    return matched


@dataclass
class _Item(Generic[Label]):
    """An item between the stages: the noise that its waveform starts from, and what the first stage gave."""

    label: Label
    noise: Tensor
    first: Synthesis[Any] | None = None

    def __str__(self) -> str:
        return str(self.label)


class CochleagramBatch(Generic[Label]):
    """A `Batch` of two stages; it is used as a `Batch` is, with waveforms as input.

    `ear` maps waveforms to cochleagrams, `rest` these to the matched activation. Each stage follows the
    recipe to its last step; an item's losses are those of the first, then those of the second. The
    first stage starts from the cochleagram of the noise which the second starts from.
    """

    def __init__(self, ear: Cochleagram, rest: Activation, recipe: Recipe) -> None:
        self.recipe, self._ear = recipe, ear
        # To the last step: what is near enough at the layer is not known from a cochleagram's error.
        whole = recipe.beyond(0.0)
        # Every recipe is a dataclass with bounds.
        never_negative = replace(cast(Any, whole), bounds=(0.0, math.inf))
        self._first: Batch[_Item[Label]] = Batch(rest, never_negative)
        self._second: Batch[_Item[Label]] = Batch(ear, whole)

    @property
    def network_seconds(self) -> float:
        return self._first.network_seconds + self._second.network_seconds

    @property
    def items(self) -> list[Synthesis[_Item[Label]]]:
        return [*self._first.items, *self._second.items]

    def add(self, label: Label, natural: Tensor, initial: Tensor) -> None:
        """As `Batch.add`: `natural` and `initial` are waveforms (samples,)."""
        with torch.no_grad():
            cochleagrams = self._ear(torch.stack([natural, initial]))
        self._first.add(_Item(label, initial), cochleagrams[0], cochleagrams[1])

    def step(self) -> list[Synthesis[Label]]:
        """One step of every item in its stage; the items that finished both leave and are returned."""
        done = [_joined(second) for second in self._second.step()]
        for first in self._first.step():
            item = first.label
            assert first.result is not None
            self._second.add_target(replace(item, first=first), channels_last(first.result[None]), item.noise)
        return done


def _joined(second: Synthesis[_Item[Label]]) -> Synthesis[Label]:
    first = second.label.first
    assert first is not None
    return Synthesis(
        second.label.label,
        [*first.losses, *second.losses],
        first.coarse_steps + second.coarse_steps,
        first.seconds + second.seconds,
        second.result,
    )
