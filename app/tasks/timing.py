"""Durations of a preset that a study file overrides; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from app.tasks.task import Preset

AnyPreset = TypeVar("AnyPreset", bound=Preset)


def adjusted(preset: AnyPreset, timing: Mapping[str, int]) -> AnyPreset:
    """The preset with other durations.

    Parameters
    ----------
    timing
        Durations in ms by the names of `preset.durations`.

    Raises
    ------
    ValueError
        A name that is none of them, or a value outside its range; the message is one line.
    """
    for name, value_ms in timing.items():
        if name not in preset.durations:
            known = ", ".join(preset.durations) or "none"
            raise ValueError(f"{name} is no duration of this preset; known: {known}")
        least_ms, most_ms = preset.durations[name]
        if not least_ms <= value_ms <= most_ms:
            raise ValueError(f"{name} is {value_ms}; give {least_ms} to {most_ms} ms")
    return replace(preset, **timing)  # type: ignore[arg-type]
