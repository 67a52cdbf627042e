"""Pictures at rising levels along one component: the path "adam-warm"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Coordinates = Callable[[Tensor], Tensor]
LEAST_RATE = 0.05  # of the first step's


@dataclass(frozen=True)
class PathSettings:
    """How pictures are moved; part of a bundle's record, since a level alone does not define a picture.

    Adam starts each level from the picture of the level below and ends when the error is at most
    `tolerance` of the level, or after `steps` steps. Its rate falls in a straight line from `rate` (of the
    range of pixels, 0 to 1) over those steps. A larger rate reaches the level sooner and leaves more of
    other change in the picture.
    """

    steps: int = 30
    rate: float = 0.002
    tolerance: float = 0.02


@dataclass(frozen=True)
class Reached:
    """A picture (1, channels, height, width), unrounded, in [0, 1], and the steps that it took."""

    picture: Tensor
    steps: int


def along(
    picture: Tensor,
    coordinates: Coordinates,
    component: int,
    direction: int,
    levels: Sequence[float],
    settings: PathSettings,
    look: Callable[[], None] = lambda: None,
    start: Tensor | None = None,
) -> list[Reached]:
    """The picture moved to each level: coordinates s(x0) + direction * level on `component`, all others as
    in x0.

    Parameters
    ----------
    picture
        Network input (1, channels, height, width) in [0, 1].
    coordinates
        Network input (batch, ...) to coordinates (batch, components), differentiable.
    component
        Its number, from 0.
    direction
        1 or -1.
    levels
        Above 0, rising, in standard deviations of the fitted pictures.
    look
        Called before each step; it may raise to stop.
    start
        Where the path to the first level begins: `picture` itself, or the picture at a lower level.

    Returns
    -------
    One for each level.
    """
    with torch.no_grad():
        origin = coordinates(picture)
    found: list[Reached] = []
    for level in levels:
        target = origin.clone()
        target[0, component] += direction * level
        begun = found[-1].picture if found else picture if start is None else start
        found.append(_to(begun, coordinates, target, level, settings, look))
    return found


def _to(
    start: Tensor,
    coordinates: Coordinates,
    target: Tensor,
    level: float,
    settings: PathSettings,
    look: Callable[[], None],
) -> Reached:
    moving = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([moving], lr=settings.rate)
    steps = settings.steps
    for step in range(settings.steps):
        look()
        difference = coordinates(moving) - target
        if difference.detach().norm() <= settings.tolerance * level:
            steps = step
            break
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * max(LEAST_RATE, 1 - step / settings.steps)
        optimiser.zero_grad(set_to_none=True)
        difference.square().sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            moving.clamp_(0, 1)
    return Reached(moving.detach(), steps)
