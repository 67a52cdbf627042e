"""Records of trials: whatever is there is read, and what cannot be is null and named."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tasks.image16.record import PictureRecord, on_time
from app.tasks.reading import flags_in, flat, no_time, read, response_time
from app.tasks.record import TrialRecord, attended
from app.tasks.registry import TASKS
from app.tasks.words.record import SoundRecord
from tests.http import SOUND_TIMING, TIMING
from tests.strategies import ANY_JSON, ANY_RECORD


@pytest.mark.parametrize(("model", "raw"), [(PictureRecord, TIMING), (SoundRecord, SOUND_TIMING)])
def test_a_record_as_the_page_sends_it_is_understood_whole(
    model: type[TrialRecord], raw: dict[str, Any]
) -> None:
    reading = read(model, raw)
    assert reading.record.model_dump() == {**raw, "further": {}}
    assert reading.flags == ()


def test_records_of_earlier_releases_hold_further_fields_beside_the_others() -> None:
    earlier = read(PictureRecord, {**TIMING, "window_width_px": 1280, "entry": "boom"})
    assert earlier.record.further == {"window_width_px": 1280, "entry": "boom"}
    assert earlier.flags == ()


IMPOSSIBLE = [1e9, 0, -16.7, 1.9, 101, True, "16.7", [16.7], float("nan"), float("inf"), 10**400]


@pytest.mark.parametrize("frame_ms", IMPOSSIBLE)
def test_no_trial_is_on_time_by_a_frame_that_cannot_be(frame_ms: Any) -> None:
    reading = read(PictureRecord, {**TIMING, "frame_ms": frame_ms, "achieved_image_ms": 5000})
    assert reading.record.frame_ms is None
    assert on_time(reading.record) is None
    assert reading.flags == ("frame_ms",)


def test_each_field_that_cannot_be_is_named_and_the_others_are_kept() -> None:
    raw = {**TIMING, "image_frames": 18.0, "flips_ms": {"image": "x", "mask": 3, "odd": 1}, "hidden": 1}
    reading = read(PictureRecord, raw)
    assert (reading.record.flips_ms.image, reading.record.flips_ms.mask) == (None, 3.0)
    assert (reading.record.image_frames, reading.record.hidden) == (None, None)
    assert reading.record.achieved_image_ms == TIMING["achieved_image_ms"]
    assert set(reading.flags) == {"image_frames", "flips_ms.image", "further", "hidden"}


@pytest.mark.parametrize("raw", [None, [], "boom", 5, {}, {"hidden": False}, SOUND_TIMING])
def test_what_is_no_record_of_a_picture_says_so(raw: Any) -> None:
    assert "record" in read(PictureRecord, raw).flags
    assert on_time(read(PictureRecord, raw).record) is None


def clicks(count: int) -> list[dict[str, Any]]:
    return [{"name": "dog", "ms": 10.0 * number} for number in range(count)]


def test_a_click_that_cannot_be_is_left_out_and_the_others_are_kept() -> None:
    odd = [
        {"name": "cat"},
        {"name": 3, "ms": 1.0},
        {"name": "cat", "ms": "5"},
        {"name": "x" * 65, "ms": 1},
        7,
    ]
    more = [{"name": "cat", "ms": -1.0}, {"name": "cat", "ms": 1.0, "odd": 1}, {"name": "\0", "ms": 2}]
    reading = read(PictureRecord, {**TIMING, "clicks": [*odd, *clicks(2), *more]})
    kept = [(click.name, click.ms) for click in reading.record.clicks or ()]
    assert kept == [("dog", 0.0), ("dog", 10.0), ("\ufffd", 2.0)]
    assert set(reading.flags) == {"clicks", "clicks.name", "clicks.ms", "further"}
    assert flat(reading.record)["click_count"] == 3


@pytest.mark.parametrize("given", [clicks(51), {"0": {"name": "dog", "ms": 1}}, "dog", 3, [[[]]] * 60])
def test_what_is_no_list_of_clicks_is_null_and_no_reason_to_refuse(given: Any) -> None:
    reading = read(PictureRecord, {**TIMING, "clicks": given})
    assert reading.record.clicks is None and reading.flags == ("clicks",)
    assert flat(reading.record)["first_click"] is None


def test_clicks_are_told_in_tables_by_their_number_and_the_first() -> None:
    given = [{"name": "cat", "ms": 401.5}, {"name": "dog", "ms": 733}]
    record = read(PictureRecord, {**TIMING, "clicks": given}).record
    told = ("click_count", "first_click", "first_click_ms")
    assert [flat(record)[name] for name in told] == [2, "cat", 401.5]
    none = read(PictureRecord, {**TIMING, "clicks": []}).record
    assert [flat(none)[name] for name in told] == [0, None, None]
    assert [flat(read(PictureRecord, {}).record)[name] for name in told] == [None] * 3


def test_no_answer_has_no_time() -> None:
    assert no_time(None) == (None, ())
    assert no_time(12.5) == (None, ("rt_ms",))


def test_null_means_not_measured_and_is_no_fault() -> None:
    reading = read(SoundRecord, {**SOUND_TIMING, "base_latency_ms": None, "entry": None})
    assert (reading.record.base_latency_ms, reading.flags) == (None, ())


@given(kind=st.sampled_from(sorted(TASKS)), raw=ANY_RECORD)
@settings(max_examples=300, deadline=None)
def test_anything_is_read_once_and_for_all(kind: str, raw: Any) -> None:
    task = TASKS[kind]
    reading = read(task.record, raw)
    stored = reading.record.model_dump(mode="json")
    text = json.dumps(stored, allow_nan=False)
    assert "\\u0000" not in text and text.encode()
    assert len(text) < 40_000
    again = read(task.record, json.loads(text))
    assert again.record.model_dump(mode="json") == stored
    assert set(again.flags) <= {"record"}
    assert task.on_time(reading.record) in {True, False, None}
    assert attended(reading.record) in {True, False, None}


@given(raw=ANY_JSON)
@settings(max_examples=200, deadline=None)
def test_a_response_time_is_a_number_of_a_day_at_most_or_null(raw: Any) -> None:
    rt_ms, flags = response_time(raw)
    assert (rt_ms is None) == (flags == ("rt_ms",))
    assert rt_ms is None or (0 <= rt_ms <= 86_400_000 and rt_ms == raw and not isinstance(raw, bool))


@given(stored=ANY_JSON)
@settings(max_examples=100, deadline=None)
def test_flags_are_names_whatever_is_stored(stored: Any) -> None:
    assert all(isinstance(flag, str) for flag in flags_in(stored))
