"""A network's pooled features, the input of linear readouts."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from synthesis.activations import Activations
from synthesis.images import Picture, to_input
from synthesis.registry import Network

_BATCH = 16


def pooled_features(
    network: Network, pictures: Sequence[Picture], progress: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Features (n, features) of n pictures, each uint8 (input_px, input_px, 3).

    `progress` is told how many pictures are done after each batch.
    """
    extractor = Activations(network.module, {"features": network.feature_node})
    extractor = extractor.to(memory_format=torch.channels_last)
    rows: list[NDArray[np.float32]] = []
    for start in range(0, len(pictures), _BATCH):
        batch = torch.from_numpy(to_input(pictures[start : start + _BATCH]))
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            rows.append(extractor(batch)["features"].flatten(1).numpy())
        if progress:
            progress(min(start + _BATCH, len(pictures)))
    return np.concatenate(rows)
