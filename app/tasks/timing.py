"""Durations and angles of a preset that a study file overrides; pure."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from app.tasks.task import Preset

EMPTY: Mapping[str, int] = MappingProxyType({})
AnyPreset = TypeVar("AnyPreset", bound=Preset)


def adjusted(
    preset: AnyPreset, timing: Mapping[str, int] = EMPTY, display: Mapping[str, float] = EMPTY
) -> AnyPreset:
    """The preset with other durations and angles.

    Parameters
    ----------
    timing
        Durations in ms by the names of `preset.durations`.
    display
        Angles in degrees by the names of `preset.angles`.

    Raises
    ------
    ValueError
        A name that is none of them, or a value outside its range; the message is one line.
    """
    _check("duration", "ms", timing, preset.durations)
    _check("angle", "degrees", display, preset.angles)
    return replace(preset, **timing, **display)  # type: ignore[arg-type]


def _check(
    what: str, unit: str, given: Mapping[str, float], ranges: Mapping[str, tuple[float, float]]
) -> None:
    for name, value in given.items():
        if name not in ranges:
            known = ", ".join(ranges) or "none"
            raise ValueError(f"{name} is no {what} of this preset; known: {known}")
        least, most = ranges[name]
        if not least <= value <= most:
            raise ValueError(f"{name} is {value}; give {least:g} to {most:g} {unit}")
