"""A simulated participant who names a picture: answer, time, and the record of a 60-Hz screen; pure."""

from collections.abc import Mapping
from typing import Any

from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial

MEDIAN_RT_MS = 900.0
FRAME_MS = 1000 / 60
DROPPED_FRAME_SHARE = 0.002


def simulate(
    observer: SimulatedObserver, trial: SimulatedTrial, durations: Mapping[str, float]
) -> SimulatedAnswer:
    """`durations` are those that the page was told, in ms."""
    answer = observer.answer(trial.condition, trial.category)
    rt_ms = observer.log_normal(MEDIAN_RT_MS)
    practice = "practice_" if trial.phase == "practice" else ""
    record = _shown(
        observer,
        durations["fixation_ms"],
        durations[f"{practice}image_ms"],
        durations[f"{practice}mask_ms"],
    )
    return SimulatedAnswer(answer, round(rt_ms, 1), record)


def _shown(
    observer: SimulatedObserver, fixation_ms: float, image_ms: float, mask_ms: float
) -> dict[str, Any]:
    """The record of a screen that now and then drops one frame."""
    dropped = int(observer.chance(DROPPED_FRAME_SHARE))
    frames = round(image_ms / FRAME_MS)
    image = round(fixation_ms / FRAME_MS) * FRAME_MS
    mask = image + (frames + dropped) * FRAME_MS
    response = mask + round(mask_ms / FRAME_MS) * FRAME_MS
    flips = {"fixation": 0.0, "image": image, "mask": mask, "response": response}
    return {
        "requested_image_ms": image_ms,
        "image_frames": frames,
        "frame_ms": round(FRAME_MS, 3),
        "flips_ms": {name: round(at, 1) for name, at in flips.items()},
        "achieved_image_ms": round(mask - image, 1),
        "dropped_frames": dropped,
        "focus_losses": 0,
        "hidden": False,
    }
