"""Windows that are too small (400 % zoom), and pages that a program has translated."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.site import Site
from tests.e2e.test_landing import AT_400_PERCENT, middle
from tests.e2e.visitor import CARD_BUTTON, FIELD, GRID, START, Listener, Visitor

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def small(new_context: NewContext, link: str) -> Visitor:
    return Visitor(new_context(viewport=AT_400_PERCENT).new_page(), link)


def further(site: Site, visitor: Visitor) -> list[dict[str, Any]]:
    """What the page added of its own to the records of the trials that are answered."""
    rows = site.answers(visitor.session_token)
    return [json.loads(row["timing"])["further"] for row in rows if row["answer"]]


def test_everything_is_reachable_by_pointer(site: Site, small: Visitor) -> None:
    page = small.page
    small.consent()
    for choice in ("airplane", "truck", "oven"):
        while "start" not in page.wait_for_selector(f"{CARD_BUTTON}, {START}").get_attribute("class"):
            page.locator(CARD_BUTTON).scroll_into_view_if_needed()
            page.mouse.click(*middle(page, CARD_BUTTON))
        assert "window is too small" in page.inner_text(".start-hint")
        while page.get_attribute("body", "data-phase") == "ready":  # the first click may come too soon
            page.mouse.click(*middle(page, START))
        page.wait_for_selector(GRID)
        assert page.evaluate("document.documentElement.scrollWidth") <= AT_400_PERCENT["width"]
        assert page.locator(".grid").evaluate("grid => grid.scrollTop") == 0
        page.mouse.move(*middle(page, ".grid"))
        page.mouse.wheel(0, 400 if choice != "airplane" else 0)
        page.locator(f"[data-choice={choice}]").scroll_into_view_if_needed()
        box = page.locator(f"[data-choice={choice}]").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] >= 0 and box["y"] + box["height"] <= AT_400_PERCENT["height"]
        page.mouse.click(*middle(page, f"[data-choice={choice}]"))
        small.answers.append(choice)
    page.wait_for_selector(START)
    page.wait_for_function("document.querySelector('.progress').textContent.includes('3')")
    assert [row["answer"] for row in site.answers(small.session_token)][:2] == small.answers[:2]
    for record in further(site, small):
        assert record["window_small"] is True
        assert 0 < record["shown_px"] < AT_400_PERCENT["height"]


def test_all_choices_are_reachable_by_keyboard(small: Visitor) -> None:
    page = small.page
    small.consent()
    small.read_on()
    small.watch()
    for number in range(16):
        page.keyboard.press("Home" if number == 0 else "ArrowRight")
        box = page.locator(".choice:focus").bounding_box()
        assert box is not None
        assert box["y"] >= 0 and box["y"] + box["height"] <= AT_400_PERCENT["height"]
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict")


def test_a_window_that_is_made_larger_is_large_enough(site: Site, small: Visitor) -> None:
    page = small.page
    small.consent()
    small.read_on()
    page.wait_for_selector(".start-hint:has-text('too small')")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector(".start-hint:has-text('space bar')")
    small.trial("dog")
    page.wait_for_selector(".verdict")
    (record,) = further(site, small)
    assert (record["window_small"], record["shown_px"]) == (False, 224)


def test_words_are_reachable_at_400_percent(site: Site, new_context: NewContext) -> None:
    link = site.create_study("small-words", naturals=4, kind="sound", practice_trials=1)
    listener = Listener(new_context(viewport=AT_400_PERCENT).new_page(), link)
    page = listener.page
    listener.consent()
    listener.read_on()
    listener.listen()
    page.keyboard.type("a")
    for selector in (FIELD, ".confirm", ".word-list li:last-child"):
        page.locator(selector).scroll_into_view_if_needed()
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] >= 0 and box["y"] + box["height"] <= AT_400_PERCENT["height"]
        assert box["x"] >= 0 and box["x"] + box["width"] <= AT_400_PERCENT["width"]


def test_a_translated_page_is_noted_and_its_answers_are_not_translated(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    visitor.consent()
    visitor.trial("dog")
    assert page.get_attribute(".verdict", "translate") == "no"
    visitor.read_on()
    page.evaluate("document.documentElement.classList.add('translated-ltr')")
    visitor.trial("bear")
    page.wait_for_selector(START)
    page.evaluate("document.documentElement.classList.remove('translated-ltr')")
    page.evaluate("document.documentElement.lang = 'de'")
    for choice in ("cat", "dog", "bear"):
        visitor.trial(choice)
    visitor.finish()
    assert [record["translated"] for record in further(site, visitor)] == [False, True, True, True, True]
    assert page.get_attribute("#completion-code", "translate") == "no"
    untranslated = site.query("SELECT detail FROM events WHERE kind = 'environment' ORDER BY id DESC LIMIT 1")
    assert json.loads(untranslated[0]["detail"])["translated"] is False
