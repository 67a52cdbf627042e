"""Published ways of naming pictures; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.tasks.task import Preset

LONGEST_MS = 10_000
LONGEST_RESPONSE_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class PicturePreset(Preset):
    """Durations of one trial in ms; `practice_*` are those of practice trials, None where they are the same.

    `response_ms` is the fixed interval in which the last choice counts; None: the first one counts, without
    time limit. `automatic` says that each trial after the first of a block begins by itself. `columns` are
    the names of the response grid, column by column; without them the grid has its names row by row.
    """

    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int | None = None
    practice_mask_ms: int | None = None
    response_ms: int | None = None
    automatic: bool = False
    columns: tuple[str, ...] = ()

    @property
    def ends_unanswered(self) -> bool:
        return self.response_ms is not None

    @property
    def durations(self) -> Mapping[str, tuple[int, int]]:
        shown = {
            "blank_ms": (0, LONGEST_MS),
            "fixation_ms": (0, LONGEST_MS),
            "image_ms": (1, LONGEST_MS),
            "mask_ms": (0, LONGEST_MS),
            "practice_image_ms": (1, LONGEST_MS),
            "practice_mask_ms": (0, LONGEST_MS),
        }
        return shown if self.response_ms is None else shown | {"response_ms": (100, LONGEST_RESPONSE_MS)}

    @property
    def image_in_practice_ms(self) -> int:
        return self.image_ms if self.practice_image_ms is None else self.practice_image_ms

    @property
    def mask_in_practice_ms(self) -> int:
        return self.mask_ms if self.practice_mask_ms is None else self.practice_mask_ms


LAB_COURSE = ("consent", "instructions", "practice", "practice_done", "trials")
# 12 trials without feedback, of which 7 must be right; 16 catch trials; breaks at the quarters.
ONLINE_COURSE: tuple[str | Mapping[str, Any], ...] = (
    *("consent", "instructions", "practice"),
    {"kind": "gate", "trials": 12, "pass_mark": 7},
    "practice_done",
    {"kind": "trials", "breaks": 3, "catch": 16},
)

PRESETS = {
    # Feather et al. 2023, Methods, "Vision experiments".
    "image16-online": PicturePreset(
        blank_ms=500,
        fixation_ms=300,
        image_ms=300,
        mask_ms=300,
        practice_image_ms=500,
        practice_mask_ms=400,
        practice_trials=16,
        course=ONLINE_COURSE,
        summary="image16-summary",
        instructions="image16-instructions",
    ),
    # Geirhos et al. 2018, Methods, "Procedure"; Geirhos et al. 2019 and Feather et al. 2019 follow it.
    "image16-lab": PicturePreset(
        blank_ms=0,
        fixation_ms=300,
        image_ms=200,
        mask_ms=200,
        response_ms=1500,
        automatic=True,
        columns=(
            *("knife", "airplane", "keyboard", "elephant"),
            *("bicycle", "clock", "oven", "chair"),
            *("bear", "boat", "cat", "bottle"),
            *("truck", "car", "bird", "dog"),
        ),
        course=LAB_COURSE,
        summary="image16-summary-hurried",
        instructions="image16-instructions-hurried",
    ),
}
