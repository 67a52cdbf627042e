"""Failed sign-ins per address over a sliding window."""

from datetime import UTC, datetime, timedelta

from app.admin import throttle
from app.admin.throttle import FAILURES, WINDOW, FailureThrottle

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after_failures(count: int) -> FailureThrottle:
    counted = FailureThrottle()
    for number in range(count):
        counted.failed("1.2.3.4", START + number * SECOND)
    return counted


def test_one_failure_less_is_let_through() -> None:
    assert not after_failures(FAILURES - 1).blocked("1.2.3.4", START + FAILURES * SECOND)


def test_too_many_failures_block_that_address_only() -> None:
    counted = after_failures(FAILURES)
    assert counted.blocked("1.2.3.4", START + FAILURES * SECOND)
    assert not counted.blocked("5.6.7.8", START + FAILURES * SECOND)


def test_a_failure_that_is_old_enough_no_longer_counts() -> None:
    counted = after_failures(FAILURES)
    assert counted.blocked("1.2.3.4", START + WINDOW - SECOND)
    assert not counted.blocked("1.2.3.4", START + WINDOW)


def test_success_forgets_the_failures() -> None:
    counted = after_failures(FAILURES)
    counted.succeeded("1.2.3.4")
    assert not counted.blocked("1.2.3.4", START + FAILURES * SECOND)


def test_memory_is_bounded() -> None:
    counted = FailureThrottle()
    for number in range(throttle.ADDRESSES + 5):
        counted.failed(f"address {number}", START)
    assert len(counted._failures) == throttle.ADDRESSES
