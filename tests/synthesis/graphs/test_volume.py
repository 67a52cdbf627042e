"""The change of volume by the activation function, against its closed form."""

import numpy as np
import pytest
import torch

from synthesis.graphs.dimension import bounded, exact
from synthesis.graphs.volume import volume_change
from tests.synthesis.graphs.closed_forms import karate_network, layer_of


def dimensions(network, features, matrix):
    return [exact(layer_of(network, matrix, name), features) for name in ("layer1.linear", "layer1")]


@pytest.mark.parametrize("seed", range(3))
def test_an_elu_changes_log_volume_by_the_sum_of_what_is_below_zero(seed):
    network, features, matrix = karate_network("elu", seed)
    before, after = dimensions(network, features, matrix)
    assert before.rank == after.rank == 544
    below = float(network(features, matrix)["layer1.linear"].detach().clamp_max(0).sum())
    assert volume_change(before, after) == pytest.approx(below, abs=1e-6)
    assert below < -10


def test_without_an_activation_function_volumes_stay():
    assert volume_change(*dimensions(*karate_network("linear"))) == 0


def test_a_relu_leaves_fewer_dimensions():
    before, after = dimensions(*karate_network("relu"))
    assert after.rank < before.rank
    assert volume_change(before, after) != 0


def test_bounds_have_no_volume():
    parts = bounded(lambda x, _: x, torch.ones(2, 2), torch.zeros(2, 0, dtype=torch.int64), 0, np.arange(2))
    with pytest.raises(ValueError, match="exact"):
        volume_change(parts, parts)
