"""HMAX: tuning of S cells, tolerance of C cells, and what it sees of colours."""

import math

import pytest
import torch
from torch import Tensor

from synthesis.networks.graph import cut
from synthesis.networks.seeing.hmax import C1, C1_POOLS, HMAX, PROTOTYPES, S1, S1_SIZES, S2, s1_wavelength
from synthesis.networks.seeing.luminance import luminance
from tests.synthesis.gratings import gratings

DIRECTIONS = [math.radians(degrees) for degrees in (90, 45, 0, -45)]
PHASES = [math.pi / 4 * eighth for eighth in range(8)]
# Serre et al. 2007 (PAMI), Table 1.
WAVELENGTHS = (
    3.5, 4.6, 5.6, 6.8, 7.9, 9.1, 10.3, 11.5, 12.7, 14.1, 15.4, 16.8, 18.2, 19.7, 21.2, 22.8,
)  # fmt: skip


@pytest.fixture(scope="module")
def hmax() -> HMAX:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return HMAX().eval().requires_grad_(False)


def layers_of(hmax: HMAX, pictures: Tensor) -> dict[str, Tensor]:
    names = {"s1_out", "c1_out_no_reshape", "s2_out_reshape_to_list", "c2_out", "fc"}
    made: dict[str, Tensor] = cut(hmax, names)(pictures)
    return made


def middle(maps: Tensor) -> Tensor:
    return maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]


def test_wavelengths_are_the_published_ones() -> None:
    assert [s1_wavelength(size) for size in S1_SIZES] == pytest.approx(
        WAVELENGTHS, abs=0.08
    )  # cut to one decimal
    assert (len(S1_SIZES), len(C1_POOLS)) == (16, 8)


@pytest.mark.parametrize("size", [7, 15, 25, 37])
def test_an_s1_cell_prefers_the_grating_of_its_orientation(size: int) -> None:
    cells = S1(size).requires_grad_(False)
    shown = 127.5 + 100 * gratings(size, [s1_wavelength(size)], DIRECTIONS, PHASES)
    response = middle(cells(shown)).view(4, len(PHASES), 4).amax(1)
    assert response.argmax(0).tolist() == [0, 1, 2, 3]
    own, others = response.diagonal(), response[~torch.eye(4, dtype=torch.bool)]
    assert float(own.min()) > 3 * float(others.max())
    kernels = cells.gabor.weight
    torch.testing.assert_close(kernels.mean((1, 2, 3)), torch.zeros(4), rtol=0, atol=1e-7)
    torch.testing.assert_close((kernels**2).sum((1, 2, 3)), torch.ones(4))


def test_the_size_of_an_s1_cell_decides_on_the_wavelength() -> None:
    sizes = (11, 15, 21, 27)
    shown = gratings(37, [s1_wavelength(size) for size in sizes], [DIRECTIONS[2]], PHASES)
    with torch.no_grad():
        response = [middle(S1(size)(shown)).view(4, len(PHASES), 4)[..., 2].amax(1) for size in sizes]
    assert torch.stack(response).argmax(0).tolist() == [0, 1, 2, 3]


def test_s1_sees_no_contrast_and_is_silent_at_the_border() -> None:
    picture = torch.rand(1, 1, 40, 40, generator=torch.Generator().manual_seed(3)) * 200 + 20
    cells = S1(11).requires_grad_(False)
    torch.testing.assert_close(cells(picture / 3), cells(picture))
    assert float(cells(picture)[:, :, :5].abs().max()) == 0 == float(cells(picture)[..., -5:].abs().max())
    assert float(cells(picture).max()) <= 1


def test_a_c1_cell_does_not_see_shifts_within_its_pool() -> None:
    pool, cells = 8, C1(8)
    inside = [cells(spot(row, column)) for row in (20, 23) for column in (20, 23)]
    assert all(torch.equal(one, inside[0]) for one in inside)
    assert not torch.equal(cells(spot(20 + pool, 20)), inside[0])
    # The larger of both sizes counts.
    assert torch.equal(cells(spot(20, 20, cell=6)), cells(spot(20, 20, cell=2)))
    assert cells(spot(20, 20)).shape == (1, 4, 13, 13)


def spot(row: int, column: int, cell: int = 1) -> Tensor:
    """One active S1 cell among those of two sizes and four orientations."""
    maps = torch.zeros(1, 8, 48, 48)
    maps[0, cell, row, column] = 0.7
    return maps


def test_an_s2_cell_prefers_its_prototype_wherever_it_stands(hmax: HMAX) -> None:
    cells, other = hmax.s2_units[1], torch.zeros(1, 4, 30, 30)
    assert isinstance(cells, S2)
    prototypes = cells.conv.prototypes()
    assert prototypes.shape == (PROTOTYPES, 4, 4, 4)
    for number, (row, column) in ((3, (5, 9)), (250, (17, 20))):
        c1 = other.clone()
        c1[0, :, row : row + 4, column : column + 4] = prototypes[number]
        places = cells([c1])[0].view(PROTOTYPES, 31, 31)
        assert float(places[number, row + 2, column + 2]) == pytest.approx(1, abs=1e-5)
        best = places.flatten(1).amax(1)
        assert int(best.argmax()) == number
        # By definition: exp(-distance^2 / 2) at one place.
        distance = ((c1[0, :, 11:15, 12:16] - prototypes[7]) ** 2).sum()
        assert float(places[7, 13, 14]) == pytest.approx(float(torch.exp(-distance / 2)), rel=1e-4)


def test_c2_does_not_see_position(hmax: HMAX) -> None:
    """A pattern on grey, moved by 12 px: C2 hardly changes; by another pattern it does."""
    draw = torch.Generator().manual_seed(3)
    one, another = (torch.rand(3, 40, 40, generator=draw) for _ in range(2))
    shown = torch.full((3, 3, 128, 128), 0.5)
    shown[0, :, 40:80, 40:80], shown[1, :, 52:92, 28:68], shown[2, :, 40:80, 40:80] = one, one, another
    at, moved, other = layers_of(hmax, shown)["c2_out"]
    s1 = layers_of(hmax, shown)["s1_out"]
    assert float((at - moved).norm()) < 0.25 * float((at - other).norm())
    assert float((s1[0] - s1[1]).norm()) > 0.5 * float((s1[0] - s1[2]).norm())


def test_shapes_at_the_published_size(hmax: HMAX) -> None:
    """In maps of 63, 51, 42, 36, 32, 28, 26 and 23 C1 cells; prototypes of even sides add one place."""
    bands = [1 + 250 // (pool // 2) for pool in C1_POOLS]
    shapes = {name: tuple(made.shape) for name, made in layers_of(hmax, torch.zeros(1, 3, 250, 250)).items()}
    assert shapes == {
        "s1_out": (1, 64, 250, 250),
        "c1_out_no_reshape": (1, 4 * sum(side**2 for side in bands)),
        "s2_out_reshape_to_list": (1, 3200, sum((side + 1) ** 2 for side in bands)),
        "c2_out": (1, 3200),
        "fc": (1, 1000),
    }


def test_luminance_and_its_gradient_that_keeps_grey_pictures_grey() -> None:
    pictures = torch.rand(2, 3, 5, 5, generator=torch.Generator().manual_seed(3)).requires_grad_()
    grey = luminance(pictures)
    red, green, blue = pictures.detach().unbind(1)
    torch.testing.assert_close(grey[:, 0], 0.299 * red + 0.587 * green + 0.114 * blue)
    (gradient,) = torch.autograd.grad((grey**2).sum(), pictures)
    torch.testing.assert_close(gradient, (2 * grey / 3).expand(-1, 3, -1, -1).detach())
