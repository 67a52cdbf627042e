"""Features that need no optimiser."""

import numpy as np
import pytest
import torch

from synthesis.graphs.nullspace import nearest_other, null_sample
from tests.synthesis.graphs.closed_forms import karate_network, layer_of


@pytest.mark.parametrize("name", ["layer1", "logits"])
def test_a_linear_network_does_not_notice_a_change_as_large_as_the_features(name):
    network, features, matrix = karate_network("linear")
    found = null_sample(layer_of(network, matrix, name), features, 1.0, np.random.default_rng(0))
    assert found.change == pytest.approx(1.0, abs=1e-9)
    assert found.error < 1e-12
    assert float((found.features - features).norm() / features.norm()) == pytest.approx(1.0)


def test_a_relu_does_not_notice_small_changes_and_does_notice_large_ones():
    network, features, matrix = karate_network("relu")
    layer = layer_of(network, matrix, "layer1")
    small = null_sample(layer, features, 1e-6, np.random.default_rng(0))
    large = null_sample(layer, features, 1.0, np.random.default_rng(0))
    assert small.error < 1e-12
    assert large.error > 1e-2


def test_where_nothing_is_unseen_there_is_no_sample():
    with pytest.raises(ValueError, match="no null space"):
        null_sample(lambda x: x, torch.ones(2, 2), 1.0, np.random.default_rng(0))


def test_each_node_gets_the_features_of_the_nearest_other():
    features = np.array([[0.0], [1.0], [3.0], [3.0], [10.0]], dtype=np.float32)
    np.testing.assert_array_equal(nearest_other(features)[:, 0], [1, 0, 3, 3, 3])
