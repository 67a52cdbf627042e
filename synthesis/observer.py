"""A network with a decision rule, looking at pictures: the eye of certificates and nulls.

It runs the network as published, in float32 and one picture at a time, independent of the rewritten graph
that synthesis optimises.
"""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from synthesis.activations import Activations, output_node
from synthesis.images import Picture, to_input
from synthesis.registry import Network
from synthesis.vision.decision import DecisionRule


class Observer:
    """`network` judged by `rule`. Pictures are uint8 (height, width, 3) at the network's input size."""

    def __init__(self, network: Network, rule: DecisionRule) -> None:
        self.network = network
        self.rule = rule
        self._ends = {"features": network.feature_node, "logits": output_node(network.module)}
        self._graph = lru_cache(maxsize=2)(self._cut)

    def look(self, picture: Picture, layer: str) -> tuple[NDArray[np.float32], str]:
        """The layer's activation, flattened, and the network's answer."""
        outputs = self._run(picture, layer, with_answer=True)
        (answer,) = self.rule.answers(outputs["logits"], outputs["features"])
        return outputs["layer"].flatten().numpy(), answer

    def activation(self, picture: Picture, layer: str) -> NDArray[np.float32]:
        """The layer's activation, flattened; nothing after the layer runs."""
        activation: NDArray[np.float32] = (
            self._run(picture, layer, with_answer=False)["layer"].flatten().numpy()
        )
        return activation

    def answer(self, picture: Picture) -> str:
        """The network's answer."""
        return self.look(picture, self.network.layers[-1].name)[1]

    def _run(self, picture: Picture, layer: str, with_answer: bool) -> dict[str, torch.Tensor]:
        pictures = torch.from_numpy(to_input(picture[None])).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            outputs: dict[str, torch.Tensor] = self._graph(layer, with_answer)(pictures)
        return outputs

    def _cut(self, layer: str, with_answer: bool) -> Activations:
        node = {"layer": self.network.layer(layer).node}
        nodes = {**node, **self._ends} if with_answer else node
        return Activations(self.network.module, nodes).to(memory_format=torch.channels_last)
