"""ABX trials in a real browser: by keys, mouse and touch, broken off, in two tabs, and ended early."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.abx import ANSWERS, Comparer, abx_link
from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_accessible import pages_of_a_session
from tests.e2e.test_german import assert_german
from tests.e2e.test_landing import AT_400_PERCENT
from tests.e2e.visitor import START

NewContext = Callable[..., BrowserContext]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MEASURED = "  - {kind: screen_scale, distance: fixed, distance_cm: 60}\n"
COURSE = "  - instructions\n  - practice\n  - practice_done\n  - {kind: trials, breaks: 0}\n"


@pytest.fixture(scope="module")
def link(site: Site) -> str:
    return abx_link(site, "apart")  # practice and three more


@pytest.fixture
def comparer(new_context: NewContext, link: str) -> Comparer:
    return Comparer(new_context().new_page(), link)


def records(site: Site, visitor: Comparer) -> list[dict[str, Any]]:
    rows = site.answers(visitor.session_token)
    return [json.loads(row["timing"]) for row in rows if row["answer"]]


def assert_stored(site: Site, visitor: Comparer) -> None:
    """Each trial that was answered has exactly one answer, and it is the one that was given."""
    rows = site.answers(visitor.session_token)
    assert [row["answer"] for row in rows if row["answer"]] == visitor.answers


def test_a_whole_session_by_keyboard(site: Site, comparer: Comparer) -> None:
    comparer.consent_by_keyboard()
    keys = ["1", "2", "f", "j", "ArrowLeft", "ArrowRight"]
    number = 0
    while comparer.next():
        comparer.watch()
        key = keys[number % len(keys)]
        comparer.page.keyboard.press(key)
        comparer.answers.append(ANSWERS[keys.index(key) % 2])
        number += 1
    assert comparer.finish()
    assert_stored(site, comparer)
    for record in records(site, comparer):
        flips = record["flips_ms"]
        assert list(flips.values()) == sorted(flips.values()) and flips["fixation"] == 0
        assert record["requested_picture_ms"] == 200
        assert record["achieved_a_ms"] == pytest.approx(flips["gap_1"] - flips["a"])
        assert record["achieved_b_ms"] == pytest.approx(flips["gap_2"] - flips["b"])
        assert record["achieved_x_ms"] == pytest.approx(flips["gap_3"] - flips["x"])
        assert (record["pressed"], record["gaze_tracked"]) == ("key", False)
        assert (record["hidden"], record["focus_losses"], record["window_small"]) == (False, 0, False)
        assert (record["px_per_degree"], record["scale"]) == (None, None)


def test_a_whole_session_by_mouse(site: Site, comparer: Comparer) -> None:
    comparer.consent()
    while comparer.next():
        comparer.page.wait_for_timeout(300)  # sooner, a click is the second half of a double click
        comparer.page.click(START)
        comparer.asked()
        comparer.choose(ANSWERS[len(comparer.answers) % 2])
    assert comparer.finish()
    assert_stored(site, comparer)
    assert {record["pressed"] for record in records(site, comparer)} == {"mouse"}


def test_a_whole_session_by_touch_on_a_phone_in_german(site: Site, new_context: NewContext) -> None:
    link = abx_link(site, "apart-de", language="de")
    visitor = Comparer(new_context(**PHONE).new_page(), link)
    page = visitor.page
    words = frozenset({"Naming pictures"})
    visitor.consent()
    while visitor.next(lambda: assert_german(page, words)):
        page.wait_for_timeout(300)
        page.tap(START)
        visitor.asked()
        assert_german(page, words)
        name = ANSWERS[len(visitor.answers) % 2]
        for box in (page.locator(f"[data-choice={name}]").bounding_box() for name in ANSWERS):
            assert box is not None and box["width"] >= 120 and box["height"] >= 120
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        page.tap(f"[data-choice={name}]")
        visitor.answers.append(name)
    assert visitor.finish()
    assert_stored(site, visitor)
    assert {record["pressed"] for record in records(site, visitor)} == {"touch"}


def test_what_is_pressed_before_the_question_does_not_count(site: Site, new_context: NewContext) -> None:
    comparer = Comparer(new_context().new_page(), abx_link(site, "apart-published", timing="{}"))
    comparer.consent()
    comparer.read_on()
    comparer.page.keyboard.press("Space")
    for _ in range(8):
        comparer.page.wait_for_timeout(300)
        comparer.page.keyboard.press("1")
        comparer.page.mouse.click(640, 400)
    comparer.asked()
    comparer.page.wait_for_timeout(300)
    assert comparer.page.get_attribute("body", "data-phase") == "response"
    comparer.page.keyboard.press("2")
    comparer.page.wait_for_selector(".verdict")
    [record] = records(site, comparer)
    assert site.answers(comparer.session_token)[0]["answer"] == "second"
    assert record["pressed"] == "key"


def test_a_reload_between_the_pictures_begins_the_trial_anew_with_the_same(
    site: Site, comparer: Comparer
) -> None:
    fetched = comparer.stimuli_fetched()
    comparer.consent()
    comparer.trial("first")
    comparer.read_on()
    due = comparer.page.inner_text(".progress")
    comparer.page.keyboard.press("Space")
    comparer.page.wait_for_timeout(900)  # A was shown
    before = fetched()
    comparer.page.reload()
    comparer.page.wait_for_selector("text=Welcome back")
    comparer.read_on()
    assert comparer.page.inner_text(".progress") == due
    after = fetched()
    assert after and all(before[address] == digest for address, digest in after.items() if address in before)
    assert set(after) & set(before)
    while comparer.next():
        comparer.watch()
        comparer.press("second")
    assert comparer.finish()
    assert_stored(site, comparer)


def test_a_second_tab_is_offered_to_take_over(site: Site, comparer: Comparer) -> None:
    comparer.consent()
    comparer.trial("first")
    comparer.read_on()
    first = comparer.page
    comparer.page = first.context.new_page()
    comparer.page.goto(f"{site.base_url}/run/{comparer.code}")
    comparer.page.click("text=Continue here")
    comparer.page.wait_for_selector("text=Welcome back")
    first.wait_for_selector("text=Open in another tab")
    while comparer.next():
        comparer.watch()
        comparer.press("first")
    assert comparer.finish()
    assert_stored(site, comparer)


def test_a_session_that_has_measured_enough_goes_on_with_what_follows_the_trials(
    site: Site, new_context: NewContext
) -> None:
    enough = "trials_per_dimension: 6, sd_octaves: 4, least_trials: 1, catch_share: 0"
    extra = f'steps:\n{COURSE}  - {{kind: debrief, text: "It was about seeing."}}\n'
    link = abx_link(site, "apart-enough", enough, extra=extra)
    visitor = Comparer(new_context().new_page(), link)
    seen: list[str] = []
    visitor.consent()
    while visitor.next(lambda: seen.append(visitor.page.inner_text("#experiment, main"))):
        visitor.watch()
        visitor.press("first")
        visitor.page.wait_for_selector("body:not([data-phase=response])")
    assert visitor.finish()
    assert_stored(site, visitor)
    rows = site.answers(visitor.session_token)
    assert len(rows) == 1 + 18 and 4 <= len(visitor.answers) < 10
    assert any("It was about seeing." in text for text in seen)
    assert "enough_measured" in site.events(visitor.session_token)


def test_a_lost_focus_is_noted_with_its_trial(site: Site, comparer: Comparer) -> None:
    comparer.consent()
    comparer.read_on()
    comparer.page.keyboard.press("Space")
    for kind in ("blur", "focus"):
        comparer.page.evaluate("(kind) => void dispatchEvent(new Event(kind))", kind)
    comparer.asked()
    comparer.press("first")
    comparer.page.wait_for_selector(".verdict")
    assert [record["focus_losses"] for record in records(site, comparer)] == [1]


def test_feedback_says_which_picture_came_again_and_shows_both(site: Site, comparer: Comparer) -> None:
    comparer.consent()
    comparer.trial("first")
    comparer.page.wait_for_selector(".verdict")
    verdict = comparer.page.inner_text(".verdict")
    right = verdict == "Right: the third picture was the same as the first"
    assert right or verdict == "Not quite: the third picture was the same as the second."
    shown = comparer.page.locator(".abx-shown")
    assert shown.count() == 2
    again = comparer.page.inner_text(".abx-shown.again")
    assert again == f"{'First' if right else 'Second'} picture, shown again as the third"
    [correct] = site.query("SELECT correct FROM responses ORDER BY id DESC LIMIT 1")[0]
    assert bool(correct) is right


def test_pictures_beside_the_cross_on_a_measured_screen(site: Site, new_context: NewContext) -> None:
    extra = f"display: {{picture_deg: 4, eccentricity_deg: 8}}\nsteps:\n{MEASURED}{COURSE}"
    visitor = Comparer(new_context().new_page(), abx_link(site, "beside", extra=extra))
    visitor.consent()
    visitor.measure_screen()
    visitor.trial("first")
    visitor.page.wait_for_selector(".verdict")
    visitor.page.reload()  # what was measured is known after it
    visitor.trial("second")
    visitor.page.wait_for_timeout(500)
    one, other = records(site, visitor)
    degree = one["px_per_degree"]
    assert one["scale"] == "card"
    assert one["shown_px"] == pytest.approx(4 * degree, rel=0.01)
    assert one["eccentricity_px"] == pytest.approx(8 * degree, rel=0.01)
    assert one["window_small"] is False
    assert (other["shown_px"], other["px_per_degree"]) == (one["shown_px"], degree)


def test_a_window_that_is_too_small_says_so_and_shows_everything_smaller(
    site: Site, new_context: NewContext
) -> None:
    extra = f"display: {{eccentricity_deg: 8}}\nsteps:\n{MEASURED}{COURSE}"
    link = abx_link(site, "beside-small", extra=extra)
    visitor = Comparer(new_context(viewport=AT_400_PERCENT).new_page(), link)
    visitor.consent()
    visitor.page.click("text=I have no such card")
    visitor.read_on()
    assert "window is too small" in visitor.page.inner_text(".start-hint")
    visitor.trial("first")
    visitor.page.wait_for_selector(".verdict")
    [record] = records(site, visitor)
    assert (record["window_small"], record["scale"]) == (True, "assumed")
    assert record["shown_px"] + 2 * record["eccentricity_px"] <= AT_400_PERCENT["width"] + 0.1


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_is_accessible(site: Site, new_context: NewContext, language: str) -> None:
    extra = "steps:\n" + COURSE.replace("breaks: 0", "breaks: 1, trials_between: 1")
    extra += '  - {kind: debrief, text: "It was about seeing."}\n'
    visitor = Comparer(
        new_context().new_page(), abx_link(site, f"axe-abx-{language}", language=language, extra=extra)
    )

    def answer() -> None:
        visitor.watch()
        assert_accessible(visitor.page)
        visitor.press("first")
        visitor.page.wait_for_selector("body:not([data-phase=response])")

    assert pages_of_a_session(visitor, answer) >= 9
