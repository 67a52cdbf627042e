"""The dimensions of a study, their levels as served, and RMS contrast as a function of the level; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.dimensions import CONTROL
from synthesis.common.wording import readable_layer

Floats = NDArray[np.float64]
UNITS = {"sd": "standard deviations", "rms": "RMS contrast"}
NOISE = "noise (control)"


@dataclass(frozen=True)
class ServedLevel:
    """A certified picture: its original, its level as measured on its bytes, and the RMS of its difference.

    `target` is the level it was made for, `value` what was measured, in the unit of the dimension. `rms` is
    the root mean square of the difference from its original, of pixels from 0 to 1.
    """

    original: str
    target: float
    value: float
    rms: float


@dataclass(frozen=True)
class MeasuredDimension:
    """One direction of a component, or the control; `served` are its certified pictures of the bundle.

    `unit` is sd (standard deviations of the fitted pictures) or rms; `component` counts from 1.
    """

    id: str
    layer: str
    component: int
    direction: str
    unit: str
    targets: tuple[float, ...]
    served: tuple[ServedLevel, ...]

    @property
    def name(self) -> str:
        """`block 10: 2 +`; of the control, what it is."""
        if self.id == CONTROL or not self.layer:
            return NOISE if self.id == CONTROL else self.id
        direction = self.direction.replace("-", "−")
        return f"{readable_layer(self.layer)}: {self.component} {direction}".rstrip()

    @property
    def group(self) -> str:
        """The layer; the control is a group of its own."""
        return self.layer or self.id

    def nearest(self, value: float) -> int:
        """The number of the level whose target is nearest to `value`, in octaves; the lower of two."""
        return int(np.abs(np.log2(self.targets) - np.log2(value)).argmin())

    def rms_of(self, value: float) -> float | None:
        """The RMS contrast of a picture at the level `value`, above 0; None without two levels of a picture.

        Each original's relation of measured level and RMS is a line from level to level, both logarithmic;
        the result is the geometric mean over the originals. Below the least and above the largest level of
        an original, the line through the two levels there goes on.
        """
        if not self._relations:
            return None
        logs = [_line(levels, rms, float(np.log2(value))) for levels, rms in self._relations]
        return float(2.0 ** np.mean(logs))

    def within(self, value: float) -> bool:
        """Whether `value` lies between the least and the largest level of every original."""
        octaves = np.log2(value)
        return all(levels[0] <= octaves <= levels[-1] for levels, _rms in self._relations)

    @cached_property
    def _relations(self) -> tuple[tuple[Floats, Floats], ...]:
        """log2 of levels, rising, and of RMS, for each original that has two levels."""
        by_original: dict[str, dict[float, float]] = {}
        for one in self.served:
            if one.value > 0 and one.rms > 0:
                by_original.setdefault(one.original, {})[one.value] = one.rms
        return tuple(
            (np.log2(sorted(levels)), np.log2([levels[value] for value in sorted(levels)]))
            for levels in by_original.values()
            if len(levels) > 1
        )


def _line(x: Floats, y: Floats, at: float) -> float:
    """Interpolated between points, extrapolated through the last two."""
    piece = int(np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2))
    slope = (y[piece + 1] - y[piece]) / (x[piece + 1] - x[piece])
    return float(y[piece] + slope * (at - x[piece]))


def groups_of(dimensions: Iterable[MeasuredDimension]) -> dict[str, tuple[MeasuredDimension, ...]]:
    """The dimensions of each layer in their order; the control last."""
    groups: dict[str, tuple[MeasuredDimension, ...]] = {}
    for one in sorted(dimensions, key=lambda one: one.id == CONTROL):
        groups[one.group] = (*groups.get(one.group, ()), one)
    return groups


def group_name(group: str) -> str:
    return NOISE if group == CONTROL else readable_layer(group)


def in_order(dimensions: Sequence[MeasuredDimension]) -> Iterator[MeasuredDimension]:
    """As tables and figures list them: layer by layer, the control last."""
    for group in groups_of(dimensions).values():
        yield from group
