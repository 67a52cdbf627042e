"""A simulated participant of the ABX task: answer, time, and the record of a 60-Hz screen; pure."""

from collections.abc import Mapping
from typing import Any

from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial

MEDIAN_RT_MS = 700.0
FRAME_MS = 1000 / 60


def simulate(observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]) -> SimulatedAnswer:
    """`told` is what the page was told of the task, as JSON; the category of a trial is its right answer."""
    answer = observer.answer(trial.condition, trial.category)
    return SimulatedAnswer(answer, round(observer.log_normal(MEDIAN_RT_MS), 1), _shown(told["timing"]))


def _shown(timing: Mapping[str, Any]) -> dict[str, Any]:
    picture_ms, gap_ms = _whole_frames(timing["picture_ms"]), _whole_frames(timing["gap_ms"])
    a = _whole_frames(timing["fixation_ms"])
    b, x = a + picture_ms + gap_ms, a + 2 * (picture_ms + gap_ms)
    flips = {"fixation": 0.0, "a": a, "gap_1": a + picture_ms, "b": b, "gap_2": b + picture_ms, "x": x}
    flips |= {"gap_3": x + picture_ms, "response": x + picture_ms + _whole_frames(timing["last_gap_ms"])}
    return {
        "requested_picture_ms": timing["picture_ms"],
        "picture_frames": round(picture_ms / FRAME_MS),
        "frame_ms": round(FRAME_MS, 3),
        "flips_ms": {name: round(at, 1) for name, at in flips.items()},
        **{f"achieved_{name}_ms": round(picture_ms, 1) for name in ("a", "b", "x")},
        "dropped_frames": 0,
        "shown_px": 224.0,
        "eccentricity_px": 0.0,
        "window_small": False,
        "pressed": "key",
        "gaze_tracked": False,
        "focus_losses": 0,
        "hidden": False,
    }


def _whole_frames(duration_ms: float) -> float:
    return max(1, round(duration_ms / FRAME_MS)) * FRAME_MS if duration_ms else 0.0
