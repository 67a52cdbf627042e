"""What the page is told of the ABX task. Durations are in ms, angles in degrees of visual angle."""

from pydantic import BaseModel

from app.tasks.abx.presets import AbxPreset
from app.tasks.task import Told


class Durations(BaseModel):
    fixation_ms: int
    picture_ms: int
    gap_ms: int
    last_gap_ms: int


class AbxTold(Told):
    """`viewing_distance_cm` is for participants whose own distance is not known."""

    timing: Durations
    picture_deg: float
    eccentricity_deg: float
    viewing_distance_cm: float


def told(kind: str, preset: AbxPreset) -> AbxTold:
    return AbxTold(
        kind=kind,
        timing=Durations(
            fixation_ms=preset.fixation_ms,
            picture_ms=preset.picture_ms,
            gap_ms=preset.gap_ms,
            last_gap_ms=preset.last_gap_ms,
        ),
        picture_deg=preset.picture_deg,
        eccentricity_deg=preset.eccentricity_deg,
        viewing_distance_cm=preset.viewing_distance_cm,
    )
