"""A study by form alone, from an empty server to a live link that works: also the pictures of the guide.

With METAMERLAB_PICTURES=FOLDER the pages on the way are kept as pictures there.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.axe import assert_accessible
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site, serving
from tests.e2e.test_admin import sign_in
from tests.e2e.visitor import CARD_BUTTON, START, Visitor
from tests.support import CATEGORIES, build_tiny_bundle

NewContext = Callable[..., BrowserContext]
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
CODE = "#completion-code"
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that has one bundle in its folder and nothing else."""
    folder = Path(tmp_path_factory.mktemp("empty"))
    build_tiny_bundle(folder / "bundles" / "demo", 12, model="efficientnet_lite0")
    build_tiny_bundle(folder / "bundles" / "words", 12, kind="sound", model="wordnet")
    with serving(folder) as served:
        yield served


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("METAMERLAB_PICTURES"):
        # What stays at the foot of the window would lie in the middle of a picture of the whole page.
        page.evaluate("for (const one of document.querySelectorAll('.save')) one.style.position = 'static'")
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def looked_at(page: Page, name: str) -> None:
    """The page as it is: on a phone and a laptop, without grave findings and within the screen."""
    for label, size in (("phone", PHONE), ("laptop", LAPTOP)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        picture(page, f"{name}-{label}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (name, label)
    assert_accessible(page)


def take_part(page: Page, link: str) -> str:
    """Go through the study as one who always answers the same; returns the completion code."""
    visitor = Visitor(page, link)
    visitor.consent()
    while True:
        page.wait_for_selector(f"{CARD_BUTTON}, {START}, {CODE}")
        if page.locator(CODE).count():
            break
        if page.locator(START).count():
            visitor.watch()
            visitor.choose(CATEGORIES[1])
        else:
            page.click(CARD_BUTTON)
    return visitor.finish()


def test_from_an_empty_server_to_a_live_link_by_form_alone(
    empty_site: Site, new_context: NewContext, complaints: Complaints, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    page = new_context(viewport=LAPTOP).new_page()
    sign_in(empty_site, page)
    page.click("nav >> text=Drafts")
    looked_at(page, "drafts")
    page.click("text=New study")
    page.wait_for_selector("#draft")
    page.fill("[name=name]", "first-study")
    page.fill("[name=title]", "What do you see?")
    page.check("fieldset.bundle:has-text('efficientnet_lite0') >> input[name$='.use']")
    page.fill("[name=practice_trials]", "1")
    page.fill("[name=trials]", "3")
    page.click("button[aria-label='Remove gate']")
    page.wait_for_selector("text=Saved.")
    assert page.locator("button[aria-label='Remove gate']").count() == 0
    page.click("li.step:has-text('trials') >> summary >> nth=-1")
    page.fill("li.step:last-child [name$='.catch']", "1")
    page.click("button[aria-label='Add debrief']")
    page.wait_for_selector("button[aria-label='Remove debrief']")
    page.fill("[name=participants]", "twenty")
    page.click(".save >> text=Save and check")
    page.wait_for_selector("#problems")
    page.click("nav.tabs >> text=Form")
    fault = page.inner_text("[id='participants-fault-1']")
    assert "valid integer" in fault
    looked_at(page, "form-with-a-fault")
    page.fill("[name=participants]", "20")
    page.click(".save >> text=Save and check")
    page.wait_for_selector("text=Nothing is wrong")
    page.click("text=Simulate studies")
    page.wait_for_selector("#power >> text=finished", timeout=PATIENCE_MS)
    page.click("text=Make version")
    page.wait_for_selector("#pilot-link")
    looked_at(page, "check")
    pilot = page.get_attribute("#pilot-link", "href")
    assert pilot
    person = new_context(viewport=LAPTOP).new_page()
    take_part(person, pilot)
    page.fill("[name=participants]", "3")
    page.click("text=Send them")
    page.wait_for_selector("#dry-run >> text=finished", timeout=PATIENCE_MS)
    page.wait_for_selector("#dry-run img")
    looked_at(page, "dry-run")
    page.click("button >> text=Open the study")
    page.wait_for_url("**/admin/studies/first-study")
    picture(page, "open-study")
    live = page.get_attribute("input[aria-label^='Live link']", "value")
    assert live
    someone = new_context(viewport=PHONE).new_page()
    code = take_part(someone, live)
    picture(someone, "last-page")
    seconds = time.monotonic() - began
    assert code
    page.goto(f"{empty_site.base_url}/admin/studies/first-study")
    assert "1 completed of 1 who consented" in page.inner_text("main")
    with capsys.disabled():
        print(f"\nfrom sign-in to a finished session by form alone: {seconds:.0f} s")


def test_the_text_and_the_form_at_any_width(
    empty_site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("409 (Conflict)")
    page = new_context(viewport=LAPTOP).new_page()
    sign_in(empty_site, page)
    page.goto(f"{empty_site.base_url}/admin/drafts")
    page.click("text=New study")
    page.wait_for_selector("#draft")
    looked_at(page, "form")
    page.click("nav.tabs >> text=YAML")
    looked_at(page, "yaml")
    text = page.input_value("#text")
    page.fill("#text", text.replace("title: What do you see?", "title: In the first tab"))
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#text", text.replace("participants: 20", "participants: 30"))
    page.click(".save >> text=Save")
    page.wait_for_selector("text=Saved.")
    other.click(".save >> text=Save")
    other.wait_for_selector("text=while you changed version 1")
    looked_at(other, "two-tabs")


@pytest.mark.parametrize("scripts", [True, False])
def test_steps_by_the_keyboard_with_and_without_javascript(
    empty_site: Site, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    sign_in(empty_site, page)
    page.goto(f"{empty_site.base_url}/admin/drafts")
    page.click("text=New study")
    page.focus("button[aria-label='instructions down']")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Saved.")
    kinds = [one.strip() for one in page.locator(".step-head strong").all_inner_texts()]
    assert kinds[:3] == ["consent", "practice", "instructions"]
    context.close()
