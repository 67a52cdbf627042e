"""How soon the first trial can be started, on this machine and over a slow line."""

import statistics
import time
from typing import Any

from playwright.sync_api import Browser, Page

from tests.benchmarks.page.line import line
from tests.e2e.visitor import Listener, Visitor

# 1.6 Mbit/s and 150 ms from question to answer, as a slow mobile connection has.
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 1_600_000 / 8,
}


def readiness(
    browser: Browser, name: str, link: str, profiles: int, *, sounds: bool = False, slow: bool = False
) -> dict[str, Any]:
    """Seconds from the click that consents to the moment when the first trial can be started.

    The click follows at once when the page of consent is there, and pages of text are left as soon as they
    appear. Each time is that of a fresh browser profile. Control: from asking for the page of consent to its
    load event.
    """
    times = [_times(browser, link, sounds=sounds, slow=slow) for _ in range(profiles)]
    first_trial, any_page = (statistics.median(column) for column in zip(*times, strict=True))
    slowest = max(first for first, _ in times)
    more = {"mbit_per_s": 1.6, "latency_ms": 150} if slow else {}
    return line(name, first_trial, "s", profiles, any_page, slowest_s=slowest, **more)


def _times(browser: Browser, link: str, *, sounds: bool, slow: bool) -> tuple[float, float]:
    page = browser.new_context().new_page()
    visitor = (Listener if sounds else Visitor)(page, link)
    if slow:
        _slow_down(page)
    asked = time.perf_counter()
    page.goto(link)
    consented = time.perf_counter()
    page.click("form button")
    visitor.read_on()
    ready = time.perf_counter()
    page.context.close()
    return ready - consented, consented - asked


def _slow_down(page: Page) -> None:
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", SLOW_LINE)
