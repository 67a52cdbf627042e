"""Counts per key over a span of time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import throttle
from app.core.throttle import Limit, Throttle

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMIT = Limit(10, 900)


def after(count: int) -> Throttle:
    counted = Throttle(LIMIT)
    for number in range(count):
        counted.count("1.2.3.4", START + number * SECOND)
    return counted


def test_one_less_is_let_through() -> None:
    assert after(LIMIT.count - 1).wait_s("1.2.3.4", START + 10 * SECOND) == 0


def test_too_many_block_that_key_only_and_say_for_how_long() -> None:
    counted = after(LIMIT.count)
    assert counted.wait_s("1.2.3.4", START + 10 * SECOND) == 890
    assert counted.wait_s("5.6.7.8", START + 10 * SECOND) == 0


def test_the_count_begins_anew_when_its_time_is_over() -> None:
    counted = after(LIMIT.count)
    assert counted.wait_s("1.2.3.4", START + 899 * SECOND) == 1
    assert counted.wait_s("1.2.3.4", START + 900 * SECOND) == 0
    counted.count("1.2.3.4", START + 900 * SECOND)
    assert counted.wait_s("1.2.3.4", START + 900 * SECOND) == 0


def test_a_key_can_be_forgotten() -> None:
    counted = after(LIMIT.count)
    counted.forget("1.2.3.4")
    assert counted.wait_s("1.2.3.4", START + 10 * SECOND) == 0


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    counted = Throttle(Limit(1, 900))
    for number in range(throttle.KEYS + 5):
        counted.count(f"key {number}", START + number * SECOND / 1000)
    assert len(counted._counts) == throttle.KEYS
    assert counted.wait_s("key 4", START + 20 * SECOND) == 0
    assert counted.wait_s("key 5", START + 20 * SECOND) > 0


@pytest.mark.parametrize(("text", "limit"), [("120/600", Limit(120, 600)), (" 200/0.5 ", Limit(200, 0.5))])
def test_a_limit_is_written_as_a_count_in_seconds(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text", ["", "120", "120/", "0/60", "120/0", "-1/60", "120/60 s", "1e9/60", "many/60"]
)
def test_other_limits_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write COUNT/SECONDS, such as 120/600"):
        Limit.parse(text)
