"""German studies in a real browser: no page says anything in English, and the language is recorded."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from app.core.languages import FALLBACK, catalogue, folder
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_headphone_check import ANSWERS, PLAY, Wearer
from tests.e2e.visitor import CARD_BUTTON, START, Listener, Visitor

# A browser that prefers English itself, of a phone.
OPTIONS = {"locale": "en-US", "viewport": {"width": 390, "height": 844}}
FIELDS = {"language": "de", "practice_trials": 1, "completion_code": "FERTIG-1"}
BREAKS = "\n  - {kind: trials, breaks: 1, trials_between: 1}\n"
PICTURE_STEPS = f"steps:\n  - instructions\n  - practice\n  - practice_done{BREAKS}"
SOUND_STEPS = f"steps:\n  - instructions\n  - sound_level\n  - practice\n  - practice_done{BREAKS}"
ASKING_STEPS = """steps:
  - {kind: device_check, least_width_px: 500}
  - kind: survey
    questions:
      - {id: alter, text: "Wie alt sind Sie?", type: number, least: 18}
      - {id: hand, text: "Welche Hand?", type: one, options: [links, rechts], required: false}
  - screen_scale
  - trials
  - {kind: debrief, text: "Es ging um das Sehen."}
"""
SHORTEST = 4  # letters: shorter words may be the same in both languages
# All that can be seen, and all that a screen reader or a later moment says by an attribute.
EVERY_TEXT = """() => {
  const said = [document.title];
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentNode, nodeValue } = texts.currentNode;
    if (!/^(SCRIPT|STYLE)$/.test(parentNode.nodeName)) said.push(nodeValue);
  }
  const named = /^(aria-label|placeholder|title|alt|data-(?!choice|task).*)$/;
  for (const { attributes } of document.querySelectorAll("*")) {
    for (const { name, value } of attributes) {
      if (named.test(name)) said.push(value);
    }
  }
  return said.join(" | ").replace(/[ \\n]+/g, " ");
}"""


def phrases(language: str) -> set[str]:
    """Texts of a catalogue, cut at values and at the ends of sentences."""
    source = (folder() / f"{language}.ftl").read_text()
    values = dict.fromkeys(re.findall(r"\$(\w+)", source), 3)
    said = (catalogue(language)(key, **values) for key in re.findall(r"^([a-z][\w-]*) =", source, re.M))
    parts = {part.strip() for text in said for part in re.split(r"3|\.", text)}
    return {part for part in parts if len(part) >= SHORTEST}


GERMAN = " | ".join(phrases("de"))
ENGLISH = {phrase for phrase in phrases(FALLBACK) if phrase not in GERMAN}


def assert_german(page: Page, words: frozenset[str] = frozenset()) -> None:
    """No English text stands on the page as words of its own, but for the study's own `words`."""
    text = page.evaluate(EVERY_TEXT)
    found = {phrase for phrase in ENGLISH - words if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)}
    assert found == set(), page.url
    assert page.get_attribute("html", "lang") == "de"


def test_what_is_english_is_known() -> None:
    assert {"I agree and want to take part", "airplane", "Picture", "Load again"} <= ENGLISH


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(**OPTIONS).new_page()


def walk(visitor: Visitor, answer: Callable[[], None], words: frozenset[str] = frozenset()) -> list[str]:
    """Go through a whole session and look at each of its pages; returns their titles."""
    titles, page = [], visitor.page
    page.goto(visitor.link)
    assert_german(page, words)
    visitor.consent()
    while page.wait_for_selector(f"{CARD_BUTTON}, {START}, #completion-code"):
        assert_german(page, words)
        if page.locator("#completion-code").count():
            return [*titles, page.inner_text("h1")]
        if page.locator(START).count():
            answer()
            continue
        titles.append(page.inner_text("h1"))
        if page.is_disabled(CARD_BUTTON):
            page.click(".card .secondary")
        page.click(f"{CARD_BUTTON}:enabled")
    raise AssertionError("the session has no end")


def test_pictures(site: Site, page: Page) -> None:
    link = site.create_study("bilder", naturals=4, title="Bilder", extra=PICTURE_STEPS, **FIELDS)
    visitor = Visitor(page, link)

    def answer() -> None:
        visitor.watch()
        assert_german(page)
        assert page.inner_text("[data-choice=oven]") == "Ofen"
        visitor.choose("oven")

    what, verdict, *titles = walk(visitor, answer)
    assert what == "Was Sie tun werden"
    assert re.fullmatch(r"Richtig: Ofen|Es war: \w+\. Ihre Wahl: Ofen\.", verdict)
    assert titles == ["Die Übung ist vorbei", "Zeit für eine kurze Pause", "Vielen Dank"]
    rows = site.answers(visitor.session_token)
    assert [row["answer"] for row in rows] == ["oven"] * 4
    further = [json.loads(row["timing"])["further"] for row in rows]
    assert [(known["page_language"], known["translated"]) for known in further] == [("de", False)] * 4
    [environment] = site.query(
        "SELECT detail FROM events WHERE kind = 'environment' ORDER BY id DESC LIMIT 1"
    )
    noted = json.loads(environment["detail"])
    assert (noted["page_language"], noted["language"], noted["translated"]) == ("de", "en-US", False)


def test_words(site: Site, page: Page) -> None:
    link = site.create_study("woerter", naturals=4, kind="sound", title="Wörter", extra=SOUND_STEPS, **FIELDS)
    visitor = Listener(page, link)
    vocabulary = frozenset({"about", "cat"})  # the study's words are what they are

    def answer() -> None:
        visitor.listen()
        for typed in ("zz", "ca"):
            page.fill(".word-field", typed)
            assert_german(page, vocabulary)
        page.fill(".word-field", "cat")
        page.keyboard.press("Enter")

    titles = walk(visitor, answer, vocabulary)
    assert "Stellen Sie die Lautstärke ein" in titles
    assert titles[-1] == "Vielen Dank"


def test_steps_that_ask_for_something(site: Site, page: Page) -> None:
    fields = {**FIELDS, "practice_trials": 0, "extra": ASKING_STEPS}
    visitor = Visitor(page, site.create_study("fragen", naturals=3, title="Fragen", **fields))
    visitor.consent()
    page.wait_for_selector("text=Das Fenster ist 390 Pixel breit, und die Studie braucht 500.")
    assert_german(page)
    page.set_viewport_size({"width": 500, "height": 800})
    page.click(f"{CARD_BUTTON}:enabled")
    page.wait_for_selector("#question-alter")
    for typed, said in (("", "Bitte beantworten"), ("elf", "in Ziffern"), ("11", "mindestens 18")):
        page.fill("#question-alter", typed)
        page.click(CARD_BUTTON)
        page.wait_for_selector(f".field-error:has-text('{said}')")
        assert_german(page)
    page.fill("#question-alter", "30")
    page.click(CARD_BUTTON)
    page.wait_for_selector(".card-outline")
    assert_german(page)
    page.click("text=Ich habe keine solche Karte")
    page.fill("#question-distance_cm", "60")
    assert_german(page)
    page.click(CARD_BUTTON)
    for _ in range(3):
        visitor.watch()
        visitor.choose("oven")
    page.wait_for_selector("text=Es ging um das Sehen.")
    assert_german(page)
    page.click(CARD_BUTTON)
    assert visitor.finish() == "FERTIG-1"


def test_headphone_check(site: Site, page: Page) -> None:
    steps = "steps: [{kind: headphone_check, method: both, trials: 1, pass_mark: 1}, trials]\n"
    fields = FIELDS | {"practice_trials": 0, "extra": steps}
    link = site.create_study("ohren", naturals=1, kind="sound", title="Ohren", **fields)
    wearer = Wearer(page, link)
    wearer.consent()
    assert_german(page)
    page.click(CARD_BUTTON)
    for title in ("Wo ist der Ton?", "Welcher Ton ist der leiseste?", "In welchem Rauschen ist ein Ton?"):
        page.wait_for_selector(f"{PLAY}:has-text('Klang abspielen')")
        assert page.inner_text("h1") == title
        page.click(PLAY)
        page.wait_for_selector(ANSWERS)
        assert_german(page)
        page.keyboard.press("1")
    page.wait_for_selector(f"{START}, #completion-code")
    assert_german(page, frozenset({"about", "cat"}))


def test_a_session_keeps_the_language_of_its_browser(
    site: Site, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    complaints.expected.append("401 (Unauthorized)")
    fields = {"language": "browser", "practice_trials": 1}
    german = new_context(locale="de-CH")
    visitor = Visitor(german.new_page(), site.create_study("browser", naturals=3, **fields))
    visitor.consent()
    visitor.trial("dog")
    visitor.read_on()
    # The same browser, which prefers English from now on.
    english = new_context(locale="en-US", storage_state=german.storage_state())
    page = visitor.page = english.new_page()
    page.goto(f"{site.base_url}/run/{visitor.code}")
    page.wait_for_selector("text=Willkommen zurück")
    assert_german(page)
    page.click(CARD_BUTTON)
    page.wait_for_selector(START)
    english.clear_cookies()
    visitor.watch()
    visitor.choose("dog")
    page.wait_for_selector("text=Diese Seite kennt Sie nicht mehr")
    assert_german(page)
