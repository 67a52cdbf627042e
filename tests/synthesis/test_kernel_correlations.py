"""The measure that says whether two networks share first-layer kernels."""

import torch

from tests.benchmarks.audio.kernels import first_kernels, largest_correlation


def test_a_kernel_that_two_networks_share_is_found_whatever_its_sign_scale_and_mean() -> None:
    made = torch.Generator().manual_seed(0)
    one, other = torch.randn(20, 98, generator=made), torch.randn(30, 98, generator=made)
    assert 0.2 < largest_correlation(one, other) < 0.6
    other[7] = 3 - 0.5 * one[4]
    assert largest_correlation(one, other) > 0.9999


def test_the_kernels_of_a_shipped_network_are_those_of_its_first_convolution() -> None:
    assert first_kernels("word_reduced_aliasing").shape == (20, 7 * 14)
