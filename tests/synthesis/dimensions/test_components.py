"""Components of Gram matrices: known sources are found again, and pictures reach their levels."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from synthesis.common.errors import UserError
from synthesis.dimensions.control import noise_along, rms
from synthesis.dimensions.fit import channel_axes, fit_components
from synthesis.dimensions.gram import second_moments, upper_triangle
from synthesis.dimensions.path import PathSettings, along
from synthesis.dimensions.projection import Projection, reduced

PICTURES, SOURCES = 3000, 3


def test_second_moments_are_means_of_products_over_places() -> None:
    activation = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    found = second_moments(activation)
    for one, two in ((0, 0), (0, 2), (1, 2)):
        product = (activation[1, one] * activation[1, two]).mean()
        assert found[1, one, two].item() == pytest.approx(product.item(), abs=1e-6)
    assert second_moments(torch.ones(1, 3)).shape == (1, 3, 3)
    assert upper_triangle(found).shape == (2, 6)


def test_an_activation_without_places_and_channels_is_refused() -> None:
    with pytest.raises(UserError, match=r"shape \(7, 9\) has no channels and places; choose a layer"):
        second_moments(torch.zeros(1, 7, 9))


def mixed() -> tuple[Tensor, np.ndarray]:
    """Entries (pictures, entries) that are mixtures of independent sources, and the sources."""
    random = np.random.default_rng(2)
    sources = random.laplace(size=(PICTURES, SOURCES))
    mixing = np.diag([3.0, 2.0, 1.0]) @ random.standard_normal((SOURCES, 6))
    entries = sources @ mixing + 5 + 0.01 * random.standard_normal((PICTURES, 6))
    return torch.from_numpy(entries).float(), sources


def test_independent_sources_are_found_again() -> None:
    entries, sources = mixed()
    found = fit_components(torch.eye(3), entries.split(500), SOURCES, seed=0)
    coordinates = (((entries - found.mean) / found.scale) @ found.unmixing.T).numpy()
    match = np.abs(np.corrcoef(coordinates.T, sources.T)[:SOURCES, SOURCES:])
    assert np.sort(match.max(axis=1))[0] > 0.98 and len(set(match.argmax(axis=1))) == SOURCES
    assert coordinates.std(axis=0) == pytest.approx(1, abs=0.01)
    assert (found.explained.diff() <= 0).all()
    assert found.explained.sum().item() == pytest.approx(1, abs=0.02)
    again = fit_components(torch.eye(3), entries.split(700), SOURCES, seed=0)
    assert torch.equal(found.unmixing, again.unmixing)


def test_more_components_than_pictures_are_refused() -> None:
    with pytest.raises(UserError, match="4 pictures for 4 components: give more pictures"):
        fit_components(torch.eye(3), [torch.randn(4, 6)], 4, seed=0)


def test_axes_are_those_with_most_energy() -> None:
    axes = channel_axes(torch.diag(torch.tensor([1.0, 9.0, 4.0])), most=2)
    assert axes.abs().argmax(dim=0).tolist() == [1, 2]
    assert axes.amax(dim=0).tolist() == pytest.approx([1, 1])


@pytest.fixture(scope="module")
def fitted() -> tuple[nn.Module, Projection]:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(3, 8, 5), nn.ReLU()).eval().requires_grad_(False)
    activations = [network(torch.rand(50, 3, 16, 16) ** (1 + number)) for number in range(6)]
    axes = channel_axes(torch.cat([second_moments(a) for a in activations]).mean(0), most=4)
    return network, fit_components(axes, [reduced(axes, a) for a in activations], 5, seed=0)


@pytest.mark.parametrize("direction", [1, -1])
def test_pictures_reach_their_levels_and_leave_other_components(
    fitted: tuple[nn.Module, Projection], direction: int
) -> None:
    network, projection = fitted

    def coordinates(pictures: Tensor) -> Tensor:
        return projection.coordinates(network(pictures))

    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(4)) * 0.5 + 0.25
    levels = [0.2, 0.4, 0.8]
    reached = along(picture, coordinates, 1, direction, levels, PathSettings(steps=200, rate=0.005))
    moved = [one.picture for one in reached]
    assert all(one.steps < 200 for one in reached)
    before = coordinates(picture)[0]
    for level, result in zip(levels, moved, strict=True):
        change = coordinates(result)[0] - before
        assert change[1].item() == pytest.approx(direction * level, rel=0.03)
        assert change[[0, 2, 3, 4]].norm().item() <= 0.03 * level
        assert result.min() >= 0 and result.max() <= 1
    sizes = [(result - picture).norm().item() for result in moved]
    assert sizes == sorted(sizes)


def test_the_control_has_the_stated_strength_after_rounding() -> None:
    random = np.random.default_rng(5)
    picture = random.integers(0, 256, (24, 24, 3), dtype=np.uint8)
    levels = [0.01, 0.05, 0.2]
    noisy = noise_along(picture, levels, random)
    assert [rms(one, picture) for one in noisy] == pytest.approx(levels, rel=0.02)
    pattern = [(one.astype(float) - picture).ravel() for one in noisy[:2]]
    assert np.corrcoef(pattern)[0, 1] > 0.9
