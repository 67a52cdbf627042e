"""Whole sessions in a real browser: nothing is lost and nothing doubled, whatever happens on the way."""

import json

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import TRIALS, Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, GRID, START, Visitor

CHOICES = ("dog", "airplane", "truck", "knife", "bear")


def assert_stored(site: Site, visitor: Visitor) -> None:
    """Each trial has exactly one answer, and it is the one that was chosen."""
    rows = site.answers(visitor.session_token)
    assert [row["trial_index"] for row in rows] == list(range(TRIALS))
    assert [row["answer"] for row in rows] == visitor.answers


def test_a_session_with_a_reload_in_the_middle(site: Site, visitor: Visitor) -> None:
    visitor.consent()
    for choice in CHOICES[:3]:
        visitor.trial(choice)
    visitor.read_on()
    visitor.watch()
    visitor.page.reload()  # trial 3 was seen and not answered: it comes again
    visitor.page.wait_for_selector("text=Welcome back")
    for choice in CHOICES[3:]:
        visitor.trial(choice)
    assert visitor.finish() == "DONE-42"
    assert_stored(site, visitor)
    assert site.events(visitor.session_token).count("resume") == 1
    assert site.events(visitor.session_token)[-1] == "finish"


def test_the_published_timing_is_requested_and_what_came_of_it_recorded(site: Site, visitor: Visitor) -> None:
    link = site.create_study("published", naturals=3, preset="image16-online", practice_trials=1)
    visitor = Visitor(visitor.page, link)
    visitor.consent()
    for choice in CHOICES[:3]:
        visitor.trial(choice)
    visitor.finish()
    rows = site.answers(visitor.session_token)
    assert [row["phase"] for row in rows] == ["practice", "main", "main"]
    for row in rows:
        timing = json.loads(row["timing"])
        flips = timing["flips_ms"]
        assert timing["requested_image_ms"] == (500 if row["phase"] == "practice" else 300)
        assert timing["image_frames"] == round(timing["requested_image_ms"] / timing["frame_ms"])
        assert timing["achieved_image_ms"] == pytest.approx(flips["mask"] - flips["image"])
        assert 0 < flips["fixation"] < flips["image"] < flips["mask"] < flips["response"]
        assert timing["hidden"] is False
        assert row["rt_ms"] >= 0


def test_a_lost_focus_is_noted_with_its_trial(site: Site, visitor: Visitor) -> None:
    visitor.consent()
    visitor.trial(CHOICES[0])
    visitor.read_on()
    visitor.watch()
    for kind in ("blur", "focus"):
        visitor.page.evaluate("(kind) => void dispatchEvent(new Event(kind))", kind)
    visitor.choose(CHOICES[1])
    for choice in CHOICES[2:]:
        visitor.trial(choice)
    visitor.finish()
    losses = [json.loads(row["timing"])["focus_losses"] for row in site.answers(visitor.session_token)]
    assert losses == [0, 1, 0, 0, 0]
    assert "focus" in site.events(visitor.session_token)


def test_feedback_in_practice_shows_what_was_right(visitor: Visitor) -> None:
    visitor.consent()
    visitor.trial("dog")
    visitor.page.wait_for_selector(".verdict")
    verdict = visitor.page.inner_text(".verdict")
    icon = visitor.page.get_attribute(".pair img", "src")
    assert icon is not None
    right = icon.rsplit("/", 1)[1].removesuffix(".webp")
    assert verdict == ("Right: dog" if right == "dog" else f"It was: {right}. You chose: dog.")


def test_offline_in_the_middle(site: Site, visitor: Visitor, complaints: Complaints) -> None:
    complaints.expected.append("ERR_INTERNET_DISCONNECTED")
    visitor.consent()
    for choice in CHOICES[:2]:
        visitor.trial(choice)
    visitor.page.wait_for_selector(START)
    visitor.page.context.set_offline(True)
    for choice in CHOICES[2:4]:
        visitor.trial(choice)
    visitor.page.wait_for_selector("#notice:has-text('Reconnecting')")
    assert [row["answer"] for row in site.answers(visitor.session_token)][2:] == [None] * 3
    visitor.page.context.set_offline(False)
    visitor.page.wait_for_selector("#notice:empty", state="attached")
    visitor.trial(CHOICES[4])
    visitor.finish()
    assert_stored(site, visitor)


def test_a_page_closed_before_delivery_delivers_when_it_is_opened_again(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_CONNECTION_FAILED")
    context: BrowserContext = visitor.page.context
    visitor.consent()
    for choice in CHOICES[:3]:
        visitor.trial(choice)
    visitor.page.wait_for_selector(START)
    context.route("**/api/*/trials/*", lambda route: route.abort("connectionfailed"))
    visitor.trial(CHOICES[3])
    visitor.page.wait_for_selector("#notice:has-text('Reconnecting')")
    visitor.page.close()
    context.unroute("**/api/*/trials/*")
    visitor.page = context.new_page()
    visitor.page.goto(f"{site.base_url}/run/{visitor.code}")
    for choice in CHOICES[4:]:
        visitor.trial(choice)
    visitor.finish()
    assert_stored(site, visitor)


def test_an_answer_whose_response_was_lost_is_not_doubled(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_CONNECTION_FAILED")
    lost = []

    def lose_first_response(route) -> None:  # type: ignore[no-untyped-def]
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # the server stores it, and the page never hears of that
        route.abort("connectionfailed")

    visitor.consent()
    visitor.page.context.route("**/api/*/trials/4", lose_first_response)
    for choice in CHOICES:
        visitor.trial(choice)
    visitor.finish()
    assert lost == [200]
    assert_stored(site, visitor)


def test_by_keyboard_alone(site: Site, visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    visitor.consent_by_keyboard()
    moves = {
        "airplane": ["ArrowRight"],
        "bottle": ["ArrowDown", "ArrowDown", "ArrowRight"],
        "elephant": ["e"],
        "bicycle": ["b", "b"],
        "truck": ["End"],
    }
    for number, (choice, keys) in enumerate(moves.items()):
        while "start" not in (
            visitor.page.wait_for_selector(f"{CARD_BUTTON}:focus, {START}:focus").get_attribute("class")
        ):
            keyboard.press("Enter")
        keyboard.press("Space")
        visitor.page.wait_for_selector(GRID)
        for key in keys:
            keyboard.press(key)
        keyboard.press("Enter" if number % 2 else "Space")
        visitor.answers.append(choice)
    visitor.finish()
    assert_stored(site, visitor)


def test_a_double_click_answers_once_and_starts_nothing(site: Site, visitor: Visitor) -> None:
    visitor.consent()
    for choice in CHOICES[:2]:
        visitor.trial(choice)
    visitor.read_on()
    visitor.watch()
    visitor.page.dblclick("[data-choice=bird]")
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_timeout(400)
    assert visitor.page.get_attribute("body", "data-phase") == "ready"
    visitor.answers.append("bird")
    for choice in CHOICES[3:]:
        visitor.trial(choice)
    visitor.finish()
    assert_stored(site, visitor)


def test_a_second_tab_is_offered_to_take_over(site: Site, visitor: Visitor) -> None:
    visitor.consent()
    visitor.trial(CHOICES[0])
    visitor.read_on()
    first = visitor.page
    visitor.page = first.context.new_page()
    visitor.page.goto(f"{site.base_url}/run/{visitor.code}")
    visitor.page.click("text=Continue here")
    visitor.page.wait_for_selector("text=Welcome back")
    first.wait_for_selector("text=Open in another tab")
    for choice in CHOICES[1:]:
        visitor.trial(choice)
    visitor.finish()
    assert_stored(site, visitor)


def test_who_has_finished_comes_back_to_the_completion_code(visitor: Visitor) -> None:
    visitor.consent()
    for choice in CHOICES:
        visitor.trial(choice)
    visitor.finish()
    visitor.page.goto(visitor.link)
    visitor.page.click("text=That was me")
    assert visitor.finish() == "DONE-42"
