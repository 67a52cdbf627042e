"""The page that tests a computer, in a real browser."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from app.self_test.routes import preset_durations_ms
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site

NewContext = Callable[..., BrowserContext]
SIZES = [{"width": 390, "height": 844}, {"width": 1366, "height": 768}]


def run_test(page: Page, site: Site) -> None:
    page.goto(f"{site.base_url}/check")
    page.select_option("#trials", "5")
    page.click("text=Start the test")
    page.wait_for_selector("#screen canvas")
    page.wait_for_selector("#results:not([hidden])")


def value_of(page: Page, name: str) -> str:
    return page.locator("tr", has=page.locator(f"th:text-is('{name}')")).locator("td").first.inner_text()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_pictures_sounds_and_the_machine_are_measured(
    site: Site, new_context: NewContext, size: dict[str, int]
) -> None:
    page = new_context(viewport=size).new_page()
    run_test(page, site)
    assert page.inner_text("#state") == "The test is over."
    for ms in preset_durations_ms():
        median_ms = float(value_of(page, f"{ms} ms asked for: median shown").removesuffix(" ms"))
        assert median_ms == pytest.approx(ms, abs=17)
    assert float(value_of(page, "Refresh rate").removesuffix(" Hz")) > 10
    assert int(value_of(page, "Sampling rate").removesuffix(" Hz")) >= 8000
    assert value_of(page, "Window") == f"{size['width']} x {size['height']} CSS px"
    assert float(value_of(page, "Step of the clock").removesuffix(" ms")) < 1
    for name in ("Keeps answers (IndexedDB)", "Guards against a second tab (Web Locks)"):
        assert value_of(page, name) == "yes"
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_results_can_be_downloaded_and_nothing_is_sent(
    site: Site, new_context: NewContext, tmp_path: Path
) -> None:
    page = new_context().new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    run_test(page, site)
    assert set(sent) == {"GET"}
    with page.expect_download() as table:
        page.click("#csv")
    table.value.save_as(tmp_path / "test.csv")
    with (tmp_path / "test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["part"] for row in rows} == {"Pictures", "Sounds", "This computer"}
    with page.expect_download() as details:
        page.click("#json")
    details.value.save_as(tmp_path / "test.json")
    results = json.loads((tmp_path / "test.json").read_text())
    asked = sorted(picture["requested_ms"] for picture in results["pictures"])
    assert asked == sorted(preset_durations_ms() * 5)
    assert all(picture["frames"] > 0 for picture in results["pictures"])
    assert [row["name"] for part in results["report"] for row in part["rows"]] == [
        row["name"] for row in rows
    ]


def test_a_browser_that_lacks_much_is_described_all_the_same(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    context = new_context()
    context.add_init_script("""
      delete window.AudioContext;
      delete window.createImageBitmap;
      Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
      IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };
    """)
    page = context.new_page()
    run_test(page, site)
    assert value_of(page, "Sound") == "none"
    assert value_of(page, "Keeps answers (IndexedDB)") == "no"
    assert value_of(page, "Guards against a second tab (Web Locks)") == "no"
    assert page.locator("[data-verdict=fair]:visible").count() >= 2


def test_the_keyboard_alone_starts_it_and_reaches_the_files(site: Site, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{site.base_url}/check")
    page.select_option("#trials", "5")
    page.focus("#trials")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results:not([hidden])")
    page.focus("form button")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "csv"
