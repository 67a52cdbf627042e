"""A simulated participant who names a picture: answer, time, and the record of a 60-Hz screen; pure."""

from collections.abc import Mapping
from typing import Any

from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial
from synthesis.common.names import NO_ANSWER

MEDIAN_RT_MS = 900.0
MEDIAN_HURRIED_RT_MS = 650.0  # where the interval for the answer is fixed
CORRECTED_SHARE = 0.05  # of first clicks in a fixed interval, which are on another icon
FRAME_MS = 1000 / 60
DROPPED_FRAME_SHARE = 0.002


def simulate(observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]) -> SimulatedAnswer:
    """`told` is what the page was told of the task, as JSON.

    Where the interval for the answer is fixed, an answer after its end is "na".
    """
    durations = told["timing"]
    limit_ms = durations["response_ms"]
    clicks = _clicks(observer, trial, told, limit_ms)
    record = {**_shown(observer, durations, trial.phase), "clicks": clicks}
    if not clicks:
        return SimulatedAnswer(NO_ANSWER, None, record)
    return SimulatedAnswer(clicks[-1]["name"], clicks[-1]["ms"], record)


def _clicks(
    observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any], limit_ms: float | None
) -> list[dict[str, Any]]:
    """One choice, or with a time limit now and then another before it; none after the limit."""
    answer = observer.answer(trial.condition, trial.category)
    rt_ms = observer.log_normal(MEDIAN_RT_MS if limit_ms is None else MEDIAN_HURRIED_RT_MS)
    clicks = [(answer, rt_ms)]
    if limit_ms is not None and observer.chance(CORRECTED_SHARE):
        names = [choice["name"] for choice in told["choices"]]
        clicks.insert(0, (names[observer.random.integers(len(names))], 0.7 * rt_ms))
    return [{"name": name, "ms": round(ms, 1)} for name, ms in clicks if limit_ms is None or ms < limit_ms]


def _shown(observer: SimulatedObserver, durations: Mapping[str, Any], phase: str) -> dict[str, Any]:
    """The record of a screen that now and then drops one frame."""
    practice = "practice_" if phase == "practice" else ""
    image_ms, mask_ms = durations[f"{practice}image_ms"], durations[f"{practice}mask_ms"]
    limit_ms = durations["response_ms"]
    dropped = int(observer.chance(DROPPED_FRAME_SHARE))
    frames = round(image_ms / FRAME_MS)
    image = _whole_frames(durations["fixation_ms"])
    mask = image + (frames + dropped) * FRAME_MS
    flips = {"fixation": 0.0, "image": image, "mask": mask, "response": mask + _whole_frames(mask_ms)}
    return {
        "requested_image_ms": image_ms,
        "image_frames": frames,
        "frame_ms": round(FRAME_MS, 3),
        "flips_ms": {name: round(at, 1) for name, at in flips.items()},
        "achieved_image_ms": round(mask - image, 1),
        "dropped_frames": dropped,
        "requested_response_ms": limit_ms,
        "achieved_response_ms": None if limit_ms is None else round(_whole_frames(limit_ms), 1),
        "focus_losses": 0,
        "hidden": False,
    }


def _whole_frames(duration_ms: float) -> float:
    return round(duration_ms / FRAME_MS) * FRAME_MS
