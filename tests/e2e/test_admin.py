"""The experimenter's pages in a real browser, whose headers and policies the forms have to live with."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.accounts import OWNER, PASSWORD
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site

NewContext = Callable[..., BrowserContext]


def sign_in(site: Site, page: Page) -> None:
    page.goto(f"{site.base_url}/admin")
    assert page.url == f"{site.base_url}/admin/sign-in"
    site.make_owner()
    page.fill("#email", OWNER)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.base_url}/admin")


@pytest.fixture(scope="module")
def study(site: Site) -> str:
    """The name of an open study that three simulated participants have finished."""
    site.create_study("seen", naturals=8, practice_trials=1)
    site.run("simulate", "seen", "-n", "3", "--url", site.base_url)
    return "seen"


def test_signing_in_and_out(site: Site, study: str, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    assert page.inner_text("h1") == "Studies"
    page.click("text=Sign out")
    page.goto(f"{site.base_url}/admin/studies/{study}")
    assert page.url == f"{site.base_url}/admin/sign-in"


def test_a_wrong_password_is_explained(site: Site, new_context: NewContext, complaints: Complaints) -> None:
    complaints.expected.append("401 (Unauthorized)")
    page = new_context().new_page()
    page.goto(f"{site.base_url}/admin/sign-in")
    page.fill("#email", OWNER)
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    assert "do not belong together" in page.inner_text("[role=alert]")


@pytest.mark.parametrize("width_px", [390, 1280])
def test_a_study_shows_its_curve_within_the_screen(
    site: Site, study: str, new_context: NewContext, width_px: int
) -> None:
    page = new_context(viewport={"width": width_px, "height": 844}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{study}?audience=simulated", wait_until="networkidle")
    page.wait_for_selector(".curve.live svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.locator("tbody tr").count() == 4
    assert page.inner_text(".tabs [aria-current]").split() == ["Simulated", "3"]


def test_pointing_at_the_curve_shows_numbers(site: Site, study: str, new_context: NewContext) -> None:
    """Under the site's policy, which forbids eval and foreign styles; a violation would be a complaint."""
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{study}?audience=simulated")
    page.wait_for_selector(".curve.live svg")
    page.locator(".curve.live .mark-symbol path").first.hover(force=True)
    page.wait_for_selector(".curve.live[title^='Condition: Natural']")
    page.locator(".figure.live").nth(1).wait_for()  # confusions and timing


def test_without_scripts_the_drawings_stay(site: Site, study: str, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{study}?audience=simulated", wait_until="networkidle")
    assert page.locator(".live").count() == 0
    width = page.locator("img.curve").evaluate("image => image.naturalWidth")
    assert width > 400


def test_the_copy_button_copies_the_link(site: Site, study: str, new_context: NewContext) -> None:
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{study}")
    page.click("text=Copy")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value(".address input")


def test_a_study_is_closed_and_opened_by_its_button(site: Site, new_context: NewContext) -> None:
    site.create_study("doors", naturals=3, practice_trials=1)
    page = new_context().new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/doors")
    page.click("text=Close study")
    page.wait_for_selector(".status.closed")
    page.click("text=Open study")
    page.wait_for_selector(".status.open")
    assert site.query("SELECT status FROM studies WHERE name = 'doors'")[0]["status"] == "open"
