"""Steps that ask for something, in a real browser: questions, the size of the screen, the list of words."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_device_check import LAPTOP, PHONE, visiting
from tests.e2e.test_steps import RESULT, reload, stored_steps
from tests.e2e.visitor import CARD_BUTTON, Listener

NewContext = Callable[..., BrowserContext]
GO = f"{CARD_BUTTON}:enabled"
SURVEY = """
steps:
  - kind: survey
    title: About <i>you</i>
    questions:
      - {id: age, text: "How <b>old</b> are you?", type: number, least: 18}
      - {id: hears, text: "Do you hear?", type: one, options: ["<img src=x>", "no"]}
      - {id: since, text: "Since when?", type: text, show_if: {hears: "no"}}
      - {id: tired, text: "How tired?", type: scale, most: 5, labels: [not, very]}
      - {id: uses, text: "What?", type: many, options: [wires, ears], required: false}
      - {id: hand, text: "Hand?", type: one, options: [left, right], required: false, screens_out: right}
  - trials
completion_codes: {survey: NOT-THIS-TIME}
"""
SCALE = """
steps:
  - screen_scale
  - trials
  - {kind: debrief, title: "What it was about", text: "People.\\n\\nAnd <b>networks</b>."}
"""


@pytest.fixture(scope="session")
def survey_link(site: Site) -> str:
    return site.create_study("survey", naturals=3, practice_trials=0, extra=SURVEY)


@pytest.fixture(scope="session")
def scale_link(site: Site) -> str:
    return site.create_study("scale", naturals=3, practice_trials=0, extra=SCALE)


def errors(page: Page) -> list[str]:
    return [text for text in page.locator(".field-error").all_inner_texts() if text]


def test_questions_are_answered_by_keyboard_and_said_to_be_wrong_where_they_are(
    site: Site, new_context: NewContext, survey_link: str
) -> None:
    visitor = visiting(new_context, survey_link)
    page, press = visitor.page, visitor.page.keyboard.press
    assert page.inner_text("h1") == "About <i>you</i>"
    assert page.locator(".card :is(i, b, img)").count() == 0
    assert page.locator("#question-since").is_hidden()
    page.click(CARD_BUTTON)
    assert errors(page) == ["Please answer this question.", *["Please choose an answer."] * 2]
    assert page.evaluate("document.activeElement.id") == "question-age"
    described = page.get_attribute("#question-age", "aria-describedby")
    assert page.inner_text(f"#{described}") == "Please answer this question."
    assert_accessible(page)
    page.keyboard.type("17,5")
    page.click(CARD_BUTTON)
    assert errors(page)[0] == "Please give a number of at least 18."
    page.fill("#question-age", "18,5")
    assert len(errors(page)) == 2  # it goes as soon as it is right
    for key in ("Tab", "Space", "ArrowDown"):
        press(key)
    page.wait_for_selector("#question-since:visible")
    press("Tab")
    page.keyboard.type("=always")
    for key in ("Tab", "Space", "ArrowRight", "ArrowRight", "Tab", "Space", "Tab", "Space", "Tab"):
        press(key)
    assert_accessible(page)
    press("Tab")
    press("Enter")
    page.wait_for_selector(".start:enabled")
    [(_, _, found, flags)] = stored_steps(site, visitor)
    answers = {"age": 18.5, "hears": "no", "since": "=always", "tired": 3, "uses": ["wires", "ears"]}
    assert (found["answers"], flags) == (answers, [])
    assert found["shown_ms"] > 0


def fill(page: Page, hand: str) -> None:
    page.fill("#question-age", "40")
    page.click("text=<img src=x>")
    page.click(".scale .option >> nth=0")
    page.click(f"text={hand}")


def test_a_survey_that_is_loaded_again_begins_anew_and_is_stored_once(
    site: Site, new_context: NewContext, survey_link: str
) -> None:
    visitor = visiting(new_context, survey_link, **PHONE)
    page = visitor.page
    fill(page, "left")
    reload(page)
    page.wait_for_selector("#question-age")
    assert page.input_value("#question-age") == ""
    fill(page, "left")
    page.click("text=No answer")
    page.click(CARD_BUTTON)
    page.wait_for_selector(".start:enabled")
    reload(page)
    page.wait_for_selector(".start:enabled")
    [(_, _, found, _)] = stored_steps(site, visitor)
    assert found["answers"] == {"age": 40, "hears": "<img src=x>", "tired": 1}


def test_an_answer_that_is_hidden_again_is_not_sent(
    site: Site, new_context: NewContext, survey_link: str
) -> None:
    visitor = visiting(new_context, survey_link)
    page = visitor.page
    page.locator(".option", has_text="no").first.click()
    page.fill("#question-since", "1990")
    fill(page, "left")
    page.wait_for_selector("#question-since", state="hidden")
    page.click(CARD_BUTTON)
    page.wait_for_selector(".start:enabled")
    assert "since" not in stored_steps(site, visitor)[0][2]["answers"]


def test_an_answer_that_the_study_does_not_take_ends_the_session(
    new_context: NewContext, survey_link: str
) -> None:
    visitor = visiting(new_context, survey_link)
    fill(visitor.page, "right")
    visitor.page.click(CARD_BUTTON)
    assert visitor.finish() == "NOT-THIS-TIME"


def outline_px(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.card-outline').getBoundingClientRect().width"))


def test_the_outline_is_made_as_large_as_a_card_by_keys_buttons_and_dragging(
    site: Site, new_context: NewContext, scale_link: str
) -> None:
    visitor = visiting(new_context, scale_link)
    page = visitor.page
    assert page.is_disabled(CARD_BUTTON)
    assert_accessible(page)
    page.keyboard.press("ArrowRight")
    page.click("[aria-label=Larger]")
    reload(page)
    assert page.is_disabled(CARD_BUTTON)
    first = outline_px(page)
    page.keyboard.press("ArrowRight")
    page.click("[aria-label=Larger]")
    assert outline_px(page) == pytest.approx(first + 1, abs=0.6)
    grip = page.locator(".card-grip").bounding_box()
    assert grip is not None
    x, y = grip["x"] + 30, grip["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y)
    page.mouse.up()
    page.mouse.move(x + 200, y)
    width = outline_px(page)
    assert width == pytest.approx(first + 121, abs=1.1)
    box = page.locator(".card-outline").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(85.60 / 53.98, abs=0.01)
    page.click(GO)
    page.wait_for_selector("h1:has-text('Your distance')")
    assert_accessible(page)
    page.click(CARD_BUTTON)
    assert errors(page) == ["Please answer this question."]
    page.fill("#question-distance_cm", "57,5")
    with page.expect_response(RESULT):
        page.click(CARD_BUTTON)
    [(_, _, found, flags)] = stored_steps(site, visitor)
    assert flags == []
    assert found["px_per_mm"] == pytest.approx(width / 85.60, abs=0.01)
    assert (found["distance_cm"], found["device_pixel_ratio"]) == (57.5, 1)
    assert found["px_per_degree"] == pytest.approx(found["px_per_mm"] * 10.036, rel=0.001)


def test_on_a_phone_the_short_side_of_the_card_is_across_and_the_end_tells_what_it_was_about(
    site: Site, new_context: NewContext, scale_link: str
) -> None:
    visitor = visiting(new_context, scale_link, **{**PHONE, "viewport": {"width": 360, "height": 640}})
    page = visitor.page
    page.wait_for_selector("text=upright")
    page.fill(".card-size input", "300")
    assert outline_px(page) == 300
    box = page.locator(CARD_BUTTON).bounding_box()
    assert box is not None and box["y"] + box["height"] <= 640
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click(GO)
    page.fill("#question-distance_cm", "30")
    page.click(CARD_BUTTON)
    for choice in ("dog", "cat", "bear"):
        visitor.trial(choice)
    page.wait_for_selector("h1:has-text('What it was about')")
    reload(page)
    page.wait_for_selector("h1:has-text('What it was about')")
    assert page.locator(".card p").all_inner_texts() == ["People.", "And <b>networks</b>."]
    assert_accessible(page)
    page.click(CARD_BUTTON)
    visitor.finish()
    steps = stored_steps(site, visitor)
    assert [(position, kind) for position, kind, *_ in steps] == [(0, "screen_scale"), (2, "debrief")]
    assert steps[0][2]["px_per_mm"] == pytest.approx(300 / 53.98, abs=0.01)


def test_without_a_card_the_study_goes_on(site: Site, new_context: NewContext, scale_link: str) -> None:
    visitor = visiting(new_context, scale_link)
    visitor.page.click("text=I have no such card")
    visitor.page.fill("#question-distance_cm", "60")
    with visitor.page.expect_response(RESULT):
        visitor.page.click(CARD_BUTTON)
    [(_, _, found, _)] = stored_steps(site, visitor)
    assert (found["px_per_mm"], found["distance_cm"], found["px_per_degree"]) == (None, 60, None)


def test_the_list_of_words_is_searched(site: Site, new_context: NewContext) -> None:
    link = site.create_study("search", naturals=3, kind="sound", practice_trials=0)
    listener = Listener(new_context(viewport=LAPTOP).new_page(), link)
    listener.consent()
    page = listener.page
    page.click(".card summary")
    reload(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    every = page.locator(".words li").count()
    page.keyboard.type("CA")
    assert all("ca" in word.lower() for word in page.locator(".words li").all_inner_texts())
    assert 0 < page.locator(".words li").count() < every
    assert page.inner_text(".word-count") == "1 word fits."
    assert_accessible(page)
    page.keyboard.type("zzz")
    assert page.locator(".words li").count() == 0
    page.fill(".word-search", "")
    assert page.locator(".words li").count() == every
    with page.expect_response(RESULT):
        page.click(CARD_BUTTON)
    [(_, _, found, _)] = stored_steps(site, listener)
    assert (found["list_opened"], found["searched"]) == (True, True)
