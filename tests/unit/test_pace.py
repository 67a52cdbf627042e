"""The floor of time: what cannot have been presented yet cannot be answered."""

from datetime import UTC, datetime, timedelta

from app.sessions.endings.pace import too_fast
from app.tasks.image16.presets import PRESETS
from app.tasks.image16.task import IMAGE16

ENTERED = datetime(2026, 1, 1, tzinfo=UTC)


def at(*seconds: float) -> list[tuple[datetime, float]]:
    """Answers to trials of 1000 ms that arrive so many seconds after the participant entered."""
    return [(ENTERED + timedelta(seconds=each), 1000.0) for each in seconds]


def test_a_trial_lasts_as_long_as_its_phases() -> None:
    preset = PRESETS["image16-online"]
    assert IMAGE16.least_ms(preset, "main", 0) == 300 + 300 + 300
    assert IMAGE16.least_ms(preset, "practice", 0) == 300 + 500 + 400


def test_a_person_is_never_too_fast() -> None:
    assert not too_fast(ENTERED, [])
    assert not too_fast(ENTERED, at(1, 2, 3, 4))
    assert not too_fast(ENTERED, at(0.95, 1.9))  # within the tolerance


def test_answers_that_a_lost_connection_kept_back_may_come_at_once() -> None:
    assert not too_fast(ENTERED, at(2, 60, 60, 60, 60, 60.1))


def test_a_robot_is_too_fast_however_long_it_waits_afterwards() -> None:
    assert too_fast(ENTERED, at(0.1))
    assert too_fast(ENTERED, at(1, 1.5, 1.6, 600))
    assert too_fast(ENTERED, at(*(number / 40 for number in range(1, 205))))
