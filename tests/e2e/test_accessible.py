"""axe-core finds nothing serious on any page of a session, of either task, in either language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.axe import assert_accessible, grave_findings
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, FIELD, GRID, START, Listener, Visitor

NewContext = Callable[..., BrowserContext]
PARTS = """
  - practice
  - practice_done
  - {kind: trials, breaks: 1, trials_between: 1}
  - {kind: debrief, text: "It was about seeing."}
"""
PICTURE_STEPS = f"steps:\n  - instructions{PARTS}"
SOUND_STEPS = f"steps:\n  - instructions\n  - sound_level{PARTS}"


def pages_of_a_session(visitor: Visitor, answer: Callable[[], None]) -> int:
    """Look at each page from consent to the end; returns how many there were."""
    page, seen = visitor.page, 0
    page.goto(visitor.link)
    assert_accessible(page)
    visitor.consent()
    while page.wait_for_selector(f"{CARD_BUTTON}, {START}, #completion-code"):
        assert_accessible(page)
        seen += 1
        if page.locator("#completion-code").count():
            return seen
        if page.locator(START).count():
            answer()
            continue
        if page.is_disabled(CARD_BUTTON):
            page.click(".card .secondary")
            assert_accessible(page)
        page.click(f"{CARD_BUTTON}:enabled")
    raise AssertionError("the session has no end")


def leave(visitor: Visitor, site: Site) -> None:
    visitor.page.goto(f"{site.base_url}/withdraw/{visitor.code}")
    visitor.page.wait_for_selector("h1")
    assert_accessible(visitor.page)


@pytest.mark.parametrize("language", ["en", "de"])
def test_naming_pictures(site: Site, new_context: NewContext, language: str) -> None:
    fields = {"language": language, "practice_trials": 1, "extra": PICTURE_STEPS}
    visitor = Visitor(new_context().new_page(), site.create_study(f"axe-{language}", naturals=4, **fields))

    def answer() -> None:
        visitor.watch()
        visitor.page.wait_for_selector(GRID)
        assert_accessible(visitor.page)
        visitor.choose("dog")

    assert pages_of_a_session(visitor, answer) >= 9
    leave(visitor, site)


@pytest.mark.parametrize("language", ["en", "de"])
def test_recognising_words(site: Site, new_context: NewContext, language: str) -> None:
    fields = {"language": language, "practice_trials": 1, "extra": SOUND_STEPS}
    link = site.create_study(f"axe-words-{language}", naturals=4, kind="sound", **fields)
    visitor = Listener(new_context().new_page(), link)

    def answer() -> None:
        visitor.listen()
        visitor.page.fill(FIELD, "ca")
        assert_accessible(visitor.page)
        visitor.page.fill(FIELD, "cat")
        visitor.page.keyboard.press("Enter")

    assert pages_of_a_session(visitor, answer) >= 10
    leave(visitor, site)


def test_a_page_with_faults_is_found_out(new_context: NewContext) -> None:
    page: Page = new_context().new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'><input></main></html>")
    found = " ".join(grave_findings(page))
    assert "image-alt (critical)" in found
    assert "label (critical)" in found
