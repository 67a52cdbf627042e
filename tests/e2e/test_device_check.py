"""The check of the device in a real browser: what can be mended is, and what cannot ends the session."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_steps import reload, stored_steps
from tests.e2e.visitor import CARD_BUTTON, Visitor

NewContext = Callable[..., BrowserContext]
GO = f"{CARD_BUTTON}:enabled"
LAPTOP = {"width": 1366, "height": 768}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "is_mobile": True,
    "has_touch": True,
}
DEVICE = """
steps:
  - {kind: device_check, phones: refused, least_width_px: 700, least_refresh_hz: 20}
  - trials
completion_codes: {device: NO-DEVICE}
"""


def visiting(new_context: NewContext, link: str, **options: object) -> Visitor:
    visitor = Visitor(new_context(**{"viewport": LAPTOP, **options}).new_page(), link)
    visitor.consent()
    return visitor


@pytest.fixture(scope="session")
def device_link(site: Site) -> str:
    return site.create_study("device", naturals=3, practice_trials=0, extra=DEVICE)


def test_a_window_that_is_too_small_is_said_until_it_is_right(
    site: Site, new_context: NewContext, device_link: str
) -> None:
    visitor = visiting(new_context, device_link, viewport={"width": 600, "height": 700})
    page = visitor.page
    page.wait_for_selector("text=The window is 600 pixels wide, and the study needs 700")
    assert page.is_disabled(CARD_BUTTON)
    assert_accessible(page)
    reload(page)
    page.wait_for_selector("text=The window is 600 pixels wide")
    page.set_viewport_size({"width": 650, "height": 700})
    page.wait_for_selector("text=The window is 650 pixels wide")
    page.set_viewport_size({"width": 700, "height": 700})
    page.wait_for_selector("text=All is as the study needs it")
    assert page.locator(".card .secondary").is_hidden()
    page.wait_for_selector(f"{GO}:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(".start:enabled")
    [(position, kind, found, flags)] = stored_steps(site, visitor)
    assert (position, kind, flags) == (0, "device_check", [])
    assert (found["browser"], found["phone"], found["touch"]) == ("chrome", False, False)
    assert (found["window_width_px"], found["window_height_px"]) == (700, 700)
    assert (found["audio"], found["gave_up"], found["browser_language"]) == (True, False, "en-US")
    assert found["sample_rate_hz"] >= 8000
    assert 20 <= found["refresh_hz"] <= 500


def test_what_cannot_be_mended_ends_the_session(
    site: Site, new_context: NewContext, device_link: str
) -> None:
    visitor = visiting(new_context, device_link, viewport={"width": 600, "height": 700})
    visitor.page.click("text=It cannot be done")
    assert visitor.finish() == "NO-DEVICE"
    assert stored_steps(site, visitor)[0][2]["gave_up"] is True


def test_a_phone_is_told_so_and_can_end_there(site: Site, new_context: NewContext, device_link: str) -> None:
    visitor = Visitor(new_context(**PHONE).new_page(), device_link)
    page = visitor.page
    page.goto(device_link)
    page.click("form button")
    page.wait_for_selector("text=This study cannot be done on a phone")
    page.wait_for_selector("text=open the link of the study there")
    assert page.locator(CARD_BUTTON).is_hidden()
    assert_accessible(page)
    page.click("text=End the study here")
    assert visitor.finish() == "NO-DEVICE"
    assert_accessible(page)
    [(_, _, found, _)] = stored_steps(site, visitor)
    assert (found["phone"], found["browser"], found["window_width_px"]) == (True, "safari", 390)
