"""Published ways of telling two pictures apart; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.tasks.task import Preset

LONGEST_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class AbxPreset(Preset):
    """One trial: fixation cross, A, gap, B, gap, X, last gap, answer. Durations are in ms: `picture_ms` is
    that of each picture and `gap_ms` that of the gaps after A and B.

    `picture_deg` is the side of a picture and `eccentricity_deg` how far its middle lies to the right of the
    fixation cross, both in degrees of visual angle; 0: it lies in the middle. They hold where the size of the
    screen is measured, at the distance that the participant tells, or else at `viewing_distance_cm`.
    """

    fixation_ms: int
    picture_ms: int
    gap_ms: int
    last_gap_ms: int
    picture_deg: float
    eccentricity_deg: float = 0.0
    viewing_distance_cm: float
    counted: str = "landing-rounds"

    @property
    def durations(self) -> Mapping[str, tuple[int, int]]:
        return {
            "fixation_ms": (0, LONGEST_MS),
            "picture_ms": (1, LONGEST_MS),
            "gap_ms": (0, LONGEST_MS),
            "last_gap_ms": (0, LONGEST_MS),
        }

    @property
    def angles(self) -> Mapping[str, tuple[float, float]]:
        return {"picture_deg": (0.5, 40.0), "eccentricity_deg": (0.0, 40.0)}

    @property
    def needs(self) -> Mapping[str, str]:
        """Nobody can place a picture at an angle on a screen of unknown size."""
        return {"screen_scale": "display.eccentricity_deg"} if self.eccentricity_deg else {}


COURSE: tuple[str | Mapping[str, Any], ...] = (
    *("consent", "instructions", "practice", "practice_done"),
    {"kind": "trials", "breaks": 3, "trials_between": 40},
)

PRESETS = {
    # Kamao et al. 2025, "MAME" (arXiv 2503.13212), who watched their participants' gaze.
    "mame-abx": AbxPreset(
        fixation_ms=1500,
        picture_ms=200,
        gap_ms=500,
        last_gap_ms=1000,
        picture_deg=4.0,
        viewing_distance_cm=70.0,
        practice_trials=8,
        course=COURSE,
        summary="abx-summary",
        instructions="abx-instructions",
    ),
}
