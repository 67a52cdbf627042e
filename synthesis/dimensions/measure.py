"""What is measured of a picture that was moved, on the bytes that are served; and whether it may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthesis.bundle.dimensions import Level, LevelFault
from synthesis.dimensions.control import rms
from synthesis.dimensions.projection import Projection
from synthesis.dimensions.ssim import ssim
from synthesis.media.pictures import to_input
from synthesis.networks.registry import Network
from synthesis.optimise.activations import Activations

Picture = NDArray[np.uint8]
VALUE_OFF = 0.10  # of the target
DRIFT = 0.10  # of the step from the level below


class Probe:
    """Coordinates and label of pictures at one layer of a network."""

    def __init__(self, network: Network, layer: str, projection: Projection) -> None:
        self.projection = projection
        nodes = {"layer": network.layer(layer).node}
        self.activations, self.module = Activations(network.module, nodes), network.module

    def coordinates(self, inputs: Tensor) -> Tensor:
        """Network input (batch, 3, height, width) to coordinates (batch, components), differentiable."""
        return self.projection.coordinates(self.activations(inputs)["layer"])

    def of_picture(self, picture: Picture) -> NDArray[np.float64]:
        with torch.no_grad():
            found = self.coordinates(torch.from_numpy(to_input([picture])))
        coordinates: NDArray[np.float64] = found[0].double().numpy()
        return coordinates

    def label(self, picture: Picture) -> int:
        return label(self.module, picture)


def label(module: torch.nn.Module, picture: Picture) -> int:
    """The index of the largest output."""
    with torch.no_grad():
        return int(module(torch.from_numpy(to_input([picture])))[0].argmax())


@dataclass(frozen=True)
class Moved:
    """Measures of one picture; see `synthesis.bundle.dimensions.Level`."""

    value: float
    drift: float
    rms: float
    ssim: float
    saturated: float
    label: int


def measured(probe: Probe, original: Picture, picture: Picture, component: int, direction: int) -> Moved:
    """`component` from 0, `direction` 1 or -1."""
    change = probe.of_picture(picture) - probe.of_picture(original)
    others = np.delete(change, component)
    return Moved(
        value=float(direction * change[component]),
        drift=float(np.linalg.norm(others)),
        label=probe.label(picture),
        **_pixels(original, picture),
    )


def measured_noise(module: torch.nn.Module, original: Picture, picture: Picture) -> Moved:
    """For the control: the value is the RMS difference, and nothing can drift."""
    pixels = _pixels(original, picture)
    return Moved(value=pixels["rms"], drift=0.0, label=label(module, picture), **pixels)


def _pixels(original: Picture, picture: Picture) -> dict[str, float]:
    at_end = np.isin(picture, (0, 255)) & ~np.isin(original, (0, 255))
    return {"rms": rms(picture, original), "ssim": ssim(original, picture), "saturated": float(at_end.mean())}


def faults(targets: Sequence[float], moved: Sequence[Moved]) -> list[LevelFault]:
    """Why a level of one path may not be shown, "" where it may.

    - level missed: its value is more than 10 % off its target;
    - others drift: the other coordinates changed by more than 10 % of the step from the level below;
    - order broken: its value is not above that of each lower level.
    """
    found: list[LevelFault] = []
    highest, below = -np.inf, 0.0
    for target, one in zip(targets, moved, strict=True):
        if abs(one.value - target) > VALUE_OFF * target:
            found.append("level missed")
        elif one.drift > DRIFT * (target - below):
            found.append("others drift")
        elif one.value <= highest:
            found.append("order broken")
        else:
            found.append("")
        highest, below = max(highest, one.value), target
    return found


def judged(levels: Sequence[Level]) -> list[Level]:
    """Levels of one path, rising, each with its fault."""
    found = faults([one.target for one in levels], [_moved(one) for one in levels])
    return [
        level.model_copy(update={"fault": fault, "passed": not fault})
        for level, fault in zip(levels, found, strict=True)
    ]


def _moved(level: Level) -> Moved:
    return Moved(level.value, level.drift, level.rms, level.ssim, level.saturated, level.label)
