"""Comparing two records number by number, one line for each difference."""

import math
from collections.abc import Iterator
from typing import Any

from synthesis.bundle.record import Record
from synthesis.runs.differences import TOLERANCE, TOLERANCE_DB

# Decided from recorded numbers, or only known to whoever made the metamer.
_NOT_COMPARED = {"passed", "fault", "provenance"}


def differences(place: str, recorded: Record, computed: Record) -> Iterator[str]:
    """What differs by more than another processor's rounding changes."""
    yield from _differ(place, recorded.model_dump(), computed.model_dump())


def _differ(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() != new.keys():
            yield f"{place}: recorded {', '.join(old)}, computed {', '.join(new)}"
            return
        for key in old:
            if key == "histogram":
                yield from _differ(f"{place} {key}", sum(old[key]["counts"]), sum(new[key]["counts"]))
            elif key not in _NOT_COMPARED:
                yield from _differ(f"{place} {key}", old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _differ(place, one, other)
    elif isinstance(old, float) and isinstance(new, float):
        tolerance = TOLERANCE_DB if "snr_db" in place else TOLERANCE
        if not math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=tolerance):
            yield f"{place}: recorded {old:.6g}, computed {new:.6g} (tolerance {tolerance})"
    elif old != new:
        yield f"{place}: recorded {old}, computed {new}"
