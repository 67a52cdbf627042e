"""The page of a running study follows it: an answer is in its numbers and its curve by itself."""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in
from tests.e2e.visitor import Visitor

NewContext = Callable[..., BrowserContext]


def test_an_answer_is_in_the_curve_by_itself(site: Site, new_context: NewContext) -> None:
    link = site.create_study("followed", naturals=8, practice_trials=0)
    visitor = Visitor(new_context().new_page(), link)
    visitor.consent()
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/followed/progress")
    page.wait_for_selector("text=On time")
    before = page.get_attribute("#curve", "data-version")
    visitor.trial("bear")
    answered = time.monotonic()
    page.wait_for_selector(f"#curve:not([data-version='{before}'])")
    print(f"the curve followed an answer after {time.monotonic() - answered:.2f} s")
    assert page.locator("#curve").bounding_box()["width"] > 100  # type: ignore[index]
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_study_is_paused_from_its_page(site: Site, new_context: NewContext) -> None:
    site.create_study("left", naturals=8)
    context = new_context()
    page = context.new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/left/participants")
    page.click("text=Progress")
    page.wait_for_selector("text=On time")
    page.click("text=Pause")
    page.wait_for_selector("button:has-text('Resume')")
    assert page.inner_text("h1") == "left paused"
