"""A network's pooled features, the input of linear readouts: one vector per stimulus."""

from collections.abc import Callable, Iterable
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.media.medium import Stimulus
from synthesis.media.registry import medium_of
from synthesis.networks.modules import channels_last
from synthesis.networks.registry import Network, SoundInput
from synthesis.optimise.activations import Activations

_BATCH = 16


def pooled_features(
    network: Network, stimuli: Iterable[Stimulus], progress: Callable[[], object] = lambda: None
) -> NDArray[np.float32]:
    """Features (n, features) of n > 0 stimuli as the network is shown them.

    `progress` is called once for each stimulus that is done.
    """
    medium = medium_of(network.input)
    extractor = Activations(network.module, {"features": network.feature_node})
    extractor = extractor.to(memory_format=torch.channels_last)
    waiting = iter(stimuli)
    rows: list[NDArray[np.float32]] = []
    while batch := list(islice(waiting, _BATCH)):
        inputs = channels_last(torch.from_numpy(medium.to_input(batch)))
        with torch.inference_mode():
            rows.append(pooled(extractor(inputs)["features"], network).numpy())
        for _ in batch:
            progress()
    return np.concatenate(rows)


def pooled(features: Tensor, network: Network) -> Tensor:
    """The output of the network's feature node as (batch, features).

    What hears may give frames, (batch, frames, features): their mean over time. Everything else is flattened.
    """
    if isinstance(network.input, SoundInput) and features.ndim == 3:
        return features.mean(dim=1)
    return features.reshape(len(features), -1)
