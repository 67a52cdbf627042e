"""Whole published courses in a real browser, from the link to the code, with few trials of each part."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from app.core.tokens import token_sha256
from tests.e2e.site import Site
from tests.e2e.test_endings import categories
from tests.e2e.test_headphone_check import PLAY, Wearer
from tests.e2e.visitor import CARD_BUTTON, START, Visitor
from tests.support import tone

NewContext = Callable[..., BrowserContext]
Look = Callable[[str], None]

PICTURES = "steps: {gate: {trials: 2, pass_mark: 1}, trials: {catch: 2}}\n"
WORDS_2023 = """
steps:
  headphone_check: {trials: 2, pass_mark: 2}
  gate: {trials: 2, pass_mark: 1}
  trials: {catch: 1, catch_sounds: clear}
"""
# By preset: what the study file changes, how many natural stimuli there are, and the steps that are stored.
COURSES = {
    "image16-online": (PICTURES, 7, ["consent", "instructions", "practice_done"]),
    "image16-lab": ("", 4, ["consent", "instructions", "practice_done"]),
    "words-2019": ("", 3, ["consent", "sound_level", "instructions", "practice_done"]),
    "words-2023": (
        WORDS_2023,
        6,
        ["consent", "survey", "sound_level", "headphone_check", "instructions", "practice_done"],
    ),
}
RESPONSE = "[data-phase=response] .response"
NEXT = f"{RESPONSE}, {CARD_BUTTON}:enabled, {PLAY}, .card .secondary, {START}, #completion-code"


def create(site: Site, preset: str) -> str:
    extra, naturals, _ = COURSES[preset]
    kind = "sound" if preset.startswith("words") else "picture"
    if kind == "sound":
        (site.folder / "clear").mkdir(exist_ok=True)
        (site.folder / "clear" / "cat.wav").write_bytes(tone(3))
    fields = {"preset": preset, "practice_trials": 1, "completion_code": "WHOLE-1", "extra": extra}
    return site.create_study(f"whole-{preset}", naturals, kind, **fields)


def take_part(site: Site, visitor: Visitor, look: Look = lambda name: None) -> None:
    """Do every step as somebody does who hears and sees well, until the last page; `look` at each."""
    page, answered = visitor.page, 0
    page.goto(visitor.link)
    look("landing")
    visitor.consent()
    right = categories(site, visitor)
    while page.wait_for_selector(NEXT) and not page.locator("#completion-code").count():
        if page.locator(f"{START}, {RESPONSE}").count():
            answer(visitor, right[answered], look)
            answered += 1
        elif page.locator(".survey, form.questions, [id^=question-]").count():
            look("survey")
            answer_questions(visitor)
            page.click(CARD_BUTTON)
        elif page.locator(".sound-card").count():
            look("headphones")
            assert isinstance(visitor, Wearer)
            visitor.answer_right()
        else:
            look(page.inner_text(".card h1"))
            if page.is_disabled(CARD_BUTTON):
                page.click(".card .secondary")
            page.click(f"{CARD_BUTTON}:enabled")
    look("end")


def answer(visitor: Visitor, category: str, look: Look) -> None:
    """Answer the trial that is to be started, or has begun by itself."""
    page = visitor.page
    if page.locator(START).count():
        look("start")
        page.keyboard.press("Space")
    page.wait_for_selector(RESPONSE)
    look("response")
    if isinstance(visitor, Wearer):
        page.keyboard.type(category)
        page.keyboard.press("Enter")
    else:
        page.click(f"[data-choice={category}]")
    page.wait_for_selector("body:not([data-phase=response])")


def answer_questions(visitor: Visitor) -> None:
    for field in visitor.page.locator(".card input[type=text], .card input[inputmode]").all():
        field.fill("30")
    for group in visitor.page.locator(".card fieldset").all():
        group.locator("input").first.check()


@pytest.mark.parametrize("preset", COURSES)
def test_from_the_link_to_the_code(site: Site, new_context: NewContext, preset: str, tmp_path: Path) -> None:
    link, context = create(site, preset), new_context()
    visitor = (Wearer if preset.startswith("words") else Visitor)(context.new_page(), link)
    take_part(site, visitor)
    assert visitor.finish() == "WHOLE-1"
    answers = site.answers(visitor.session_token)
    assert [row["answer"] for row in answers] == categories(site, visitor)
    rows = site.query(
        "SELECT kind FROM step_results s JOIN participants p ON p.id = s.participant_id"
        " WHERE p.token_sha256 = ? ORDER BY position",
        token_sha256(visitor.session_token),
    )
    assert [row["kind"] for row in rows] == COURSES[preset][2]
