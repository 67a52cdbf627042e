"""A network's pooled features, the input of linear readouts."""

from collections.abc import Callable, Iterable
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from synthesis.media.pictures import Picture, to_input
from synthesis.networks.modules import channels_last
from synthesis.networks.registry import Network
from synthesis.optimise.activations import Activations

_BATCH = 16


def pooled_features(
    network: Network, pictures: Iterable[Picture], progress: Callable[[], object] = lambda: None
) -> NDArray[np.float32]:
    """Features (n, features) of n > 0 pictures, each uint8 (size_px, size_px, 3).

    `progress` is called once for each picture that is done.
    """
    extractor = Activations(network.module, {"features": network.feature_node})
    extractor = extractor.to(memory_format=torch.channels_last)
    waiting = iter(pictures)
    rows: list[NDArray[np.float32]] = []
    while batch := list(islice(waiting, _BATCH)):
        inputs = channels_last(torch.from_numpy(to_input(batch)))
        with torch.inference_mode():
            rows.append(extractor(inputs)["features"].flatten(1).numpy())
        for _ in batch:
            progress()
    return np.concatenate(rows)
