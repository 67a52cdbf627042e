"""Tensors that a layer keeps: made where no gradients are, they must serve where there are."""

import pytest
import torch
from torch import nn

from synthesis.networks.hearing.hann_pool import HannPool2d
from synthesis.networks.registry import load_network
from synthesis.networks.seeing.vone_alexnet import FixedNoise

LAYERS: list[nn.Module] = [HannPool2d(3, 8, 2, "same"), HannPool2d(3, 6, 3, 1), FixedNoise(0.5, seed=91)]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
@pytest.mark.parametrize("channels_last", [False, True])
def test_a_layer_first_used_in_inference_mode_has_gradients(layer: nn.Module, channels_last: bool) -> None:
    # Sizes that no other test has, so that nothing is kept of them yet.
    pictures = torch.rand(2, 3, 31 + channels_last, 37 + channels_last)
    if channels_last:
        pictures = pictures.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        layer(pictures)
    changed = pictures.clone().requires_grad_()
    (layer(changed) * torch.rand(())).square().sum().backward()
    assert changed.grad is not None
    assert bool((changed.grad != 0).any())


def test_a_network_of_hann_pooling_first_used_in_inference_mode_has_gradients() -> None:
    network = load_network("random_reduced_aliasing")
    sounds = 0.1 * torch.randn(1, 40_000, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        network.module(sounds)
    sounds.requires_grad_()
    network.module(sounds).square().sum().backward()
    assert sounds.grad is not None
    assert bool((sounds.grad != 0).any())
