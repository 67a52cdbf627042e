"""A simulated participant who types a word: answer, time, and the record of an audio context; pure."""

import io
import wave
from typing import Any

from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial

# From the end of the sound to the first key, and from key to key.
MEDIAN_FIRST_KEY_MS = 1100.0
KEY_MS = 180.0
INTERRUPTED_SHARE = 0.002
PICKED_SHARE = 0.2
OUTPUT_LATENCY_MS = 32.0
SCHEDULED_MS = 60_000.0  # by the audio context's time


def simulate(observer: SimulatedObserver, trial: SimulatedTrial, lead_ms: float) -> SimulatedAnswer:
    """`lead_ms` is from the press that starts a trial to the sound."""
    sound_ms = _length_ms(trial.stimulus)
    answer = observer.answer(trial.condition, trial.category)
    first_key_ms = sound_ms + observer.log_normal(MEDIAN_FIRST_KEY_MS)
    picked = observer.chance(PICKED_SHARE)
    # Who picks types three letters and takes the word from the list; then the key that confirms.
    keystrokes = min(len(answer), 3) + 2 if picked else len(answer) + 1
    rt_ms = first_key_ms + (keystrokes - 1) * KEY_MS
    entry = {
        "keystrokes": keystrokes,
        "first_key_ms": round(first_key_ms, 1),
        "last_key_ms": round(rt_ms, 1),
        "pastes": 0,
        "how": "picked" if picked else "typed",
    }
    return SimulatedAnswer(answer, round(rt_ms, 1), {**_played(observer, sound_ms, lead_ms), "entry": entry})


def _played(observer: SimulatedObserver, sound_ms: float, lead_ms: float) -> dict[str, Any]:
    """The record of an audio context that is now and then interrupted."""
    interrupted = int(observer.chance(INTERRUPTED_SHARE))
    played_ms = round(sound_ms + observer.random.uniform(5, 25), 1)
    ended_ms = SCHEDULED_MS + lead_ms + played_ms
    return {
        "requested_sound_ms": sound_ms,
        "onset_ms": lead_ms,
        "late_ms": 0,
        "played_ms": played_ms,
        "interruptions": interrupted,
        "context_state": "running",
        "sample_rate_hz": 48_000,
        "base_latency_ms": 10.7,
        "output_latency_ms": OUTPUT_LATENCY_MS,
        "scheduled_context_ms": SCHEDULED_MS,
        "ended_context_ms": round(ended_ms, 1),
        "output_context_ms": round(ended_ms - OUTPUT_LATENCY_MS, 1),
        "output_page_ms": played_ms,
        "screen_frame_ms": 16.667,
        "screen_dropped_frames": 0,
        "focus_losses": 0,
        "hidden": False,
    }


def _length_ms(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as sound:
        duration_ms: float = 1000 * sound.getnframes() / sound.getframerate()
    return duration_ms
