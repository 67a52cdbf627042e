"""The network that certifies: the unmodified one with a decision rule, shown stimuli.

It runs the network as published, in float32 and one stimulus at a time, independent of the rewritten graph
that synthesis optimises.
"""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from synthesis.certify.decision import DecisionRule
from synthesis.certify.readout.features import pooled
from synthesis.media.medium import Stimulus
from synthesis.media.registry import medium_of
from synthesis.networks.modules import channels_last
from synthesis.networks.registry import Network
from synthesis.optimise.activations import Activations, output_node
from synthesis.optimise.checks import shown_its_input

# Names of outputs beside the layers; no layer is called so.
_FEATURES, _LOGITS = ":features", ":logits"


class Certifier:
    """`network` judged by `rule`; `medium` is that of the stimuli that it is shown."""

    def __init__(self, network: Network, rule: DecisionRule) -> None:
        self.network = network
        self.rule = rule
        self.medium = medium_of(network.input)
        self._ends = {_FEATURES: network.feature_node, _LOGITS: output_node(network.module)}
        self._graph = lru_cache(maxsize=3)(self._cut)

    def survey(self, stimulus: Stimulus) -> tuple[dict[str, NDArray[np.float32]], str]:
        """The activation of each of the network's layers, flattened, in depth order; and its answer."""
        outputs = self._run(stimulus, tuple(layer.name for layer in self.network.layers), with_answer=True)
        return {layer.name: _flat(outputs[layer.name]) for layer in self.network.layers}, self._named(outputs)

    def activation(self, stimulus: Stimulus, layer: str) -> NDArray[np.float32]:
        """The layer's activation, flattened; nothing after the layer runs."""
        return _flat(self._run(stimulus, (layer,), with_answer=False)[layer])

    def answer(self, stimulus: Stimulus) -> str:
        """The network's answer."""
        outputs = self._run(stimulus, (), with_answer=True)
        return self._named(outputs)

    def _named(self, outputs: dict[str, torch.Tensor]) -> str:
        (answer,) = self.rule.answers(outputs[_LOGITS], pooled(outputs[_FEATURES], self.network))
        return answer

    def _run(self, stimulus: Stimulus, layers: tuple[str, ...], with_answer: bool) -> dict[str, torch.Tensor]:
        inputs = channels_last(torch.from_numpy(self.medium.to_input([stimulus])))
        with torch.inference_mode(), shown_its_input(self.network):
            outputs: dict[str, torch.Tensor] = self._graph(layers, with_answer)(inputs)
        return outputs

    def _cut(self, layers: tuple[str, ...], with_answer: bool) -> Activations:
        nodes = {layer: self.network.layer(layer).node for layer in layers}
        if with_answer:
            nodes |= self._ends
        return Activations(self.network.module, nodes).to(memory_format=torch.channels_last)


def _flat(activation: torch.Tensor) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = activation.flatten().float().numpy()
    return flat
