"""The steps of a session in a real browser: a reload goes on at the step, and each step is stored once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from app.core.tokens import token_sha256
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, Listener, Visitor

NewContext = Callable[..., BrowserContext]
STEPS = """
steps:
  - instructions
  - sound_level
  - practice
  - practice_done
  - {kind: trials, breaks: 1, trials_between: 1}
"""
RESULT = "**/api/*/steps/*"
WORDS = ("cat", "bat", "act")
# How each step without trials is known on the screen.
TITLES = {
    "instructions": "What you will do",
    "sound_level": "Set the volume",
    "practice_done": "The practice is over",
    "rest_break": "Time for a short break",
}


@pytest.fixture(scope="session")
def step_link(site: Site) -> str:
    """The live link of a study of words: 1 practice trial, 2 more with a break between them."""
    fields = {"practice_trials": 1, "completion_code": "STEP-5", "extra": STEPS}
    return site.create_study("steps", naturals=3, kind="sound", **fields)


@pytest.fixture
def listener(new_context: NewContext, step_link: str) -> Listener:
    return Listener(new_context().new_page(), step_link)


def stored_steps(site: Site, visitor: Visitor) -> list[tuple[int, str, dict[str, Any], list[str]]]:
    rows = site.query(
        "SELECT position, s.kind, result, s.flags FROM step_results s"
        " JOIN participants p ON p.id = s.participant_id WHERE p.token_sha256 = ? ORDER BY position",
        token_sha256(visitor.session_token),
    )
    return [
        (row["position"], row["kind"], json.loads(row["result"]), json.loads(row["flags"])) for row in rows
    ]


def reload(page: Page) -> None:
    """Load the page again, and leave the word of welcome behind if there is one."""
    page.reload()
    page.wait_for_selector(CARD_BUTTON)
    if page.inner_text(".card h1") == "Welcome back":
        page.click(CARD_BUTTON)


def at(page: Page, kind: str) -> None:
    page.wait_for_selector(f".card h1:has-text('{TITLES[kind]}')")


def pass_step(page: Page, kind: str) -> None:
    """Reload in the middle of a page, see that it is there again, and do it."""
    at(page, kind)
    if kind == "sound_level":
        page.click(".card .secondary")  # the noise plays while the page goes
    reload(page)
    at(page, kind)
    if kind == "sound_level":
        page.click(".card .secondary")
        page.wait_for_selector(".secondary:has-text('Stop')")
    page.click(f"{CARD_BUTTON}:enabled")


def test_a_reload_in_the_middle_of_each_step_goes_on_at_that_step(site: Site, listener: Listener) -> None:
    page = listener.page
    listener.consent()
    pass_step(page, "instructions")
    pass_step(page, "sound_level")
    for word, after in zip(WORDS, ("practice_done", "rest_break", None), strict=True):
        listener.listen()
        reload(page)  # it was heard and not answered: it comes again
        assert "Practice 1 of 1" in page.inner_text(".progress") or "of 2" in page.inner_text(".progress")
        listener.listen()
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        listener.answers.append(word)
        if after == "practice_done":
            page.wait_for_selector(".verdict")
            page.click(CARD_BUTTON)
        if after:
            pass_step(page, after)
    assert listener.finish() == "STEP-5"
    assert [row["answer"] for row in site.answers(listener.session_token)] == list(WORDS)
    steps = stored_steps(site, listener)
    kinds = [(0, "instructions"), (1, "sound_level"), (3, "practice_done"), (5, "rest_break")]
    assert [step[:2] for step in steps] == kinds
    assert [flags for *_, flags in steps] == [[]] * 4
    for _, _, result, _ in steps:
        assert 0 < result["shown_ms"] < 60_000
        assert (result["hidden"], result["focus_losses"]) == (False, 0)
    assert steps[0][2]["list_opened"] is False
    level = steps[1][2]
    assert level["plays"] == 1
    assert 0 < level["played_ms"] <= level["shown_ms"]


def test_the_feedback_is_over_with_a_reload(listener: Listener) -> None:
    listener.consent()
    listener.trial("cat")
    listener.page.wait_for_selector(".verdict")
    reload(listener.page)
    at(listener.page, "practice_done")


def test_the_list_of_words_is_looked_at_or_not(site: Site, listener: Listener) -> None:
    listener.consent()
    listener.page.click(".card summary")
    listener.page.wait_for_selector(".words li")
    listener.page.click(".card summary")
    with listener.page.expect_response(RESULT):
        listener.page.click(CARD_BUTTON)
    [(_, _, result, _)] = stored_steps(site, listener)
    assert result["list_opened"] is True


def test_a_result_whose_response_was_lost_is_stored_once(
    site: Site, listener: Listener, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_CONNECTION_FAILED")
    lost: list[int] = []

    def lose_first_response(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort("connectionfailed")

    listener.consent()
    listener.page.context.route("**/api/*/steps/0", lose_first_response)
    for word in WORDS:
        listener.trial(word)
    listener.finish()
    assert lost == [200]
    assert [step[0] for step in stored_steps(site, listener)] == [0, 1, 3, 5]


def test_a_page_that_is_read_offline_arrives_when_it_is_opened_again(
    site: Site, listener: Listener, complaints: Complaints
) -> None:
    complaints.expected += ["ERR_CONNECTION_FAILED", "ERR_INTERNET_DISCONNECTED"]
    context = listener.page.context
    listener.consent()
    context.route("**/api/*/steps/*", lambda route: route.abort("connectionfailed"))
    listener.page.click(CARD_BUTTON)
    at(listener.page, "sound_level")
    listener.page.wait_for_selector("#notice:has-text('Reconnecting')")
    listener.page.close()
    context.unroute("**/api/*/steps/*")
    listener.page = context.new_page()
    listener.page.goto(f"{site.base_url}/run/{listener.code}")
    listener.page.wait_for_selector("text=Welcome back")
    listener.page.click(CARD_BUTTON)
    at(listener.page, "sound_level")  # what was left behind is delivered before anything is shown
    assert [step[:2] for step in stored_steps(site, listener)] == [(0, "instructions")]


def test_a_second_tab_goes_on_at_the_step_of_the_first(site: Site, listener: Listener) -> None:
    listener.consent()
    first = listener.page
    first.click(CARD_BUTTON)
    at(first, "sound_level")
    listener.page = first.context.new_page()
    listener.page.goto(f"{site.base_url}/run/{listener.code}")
    listener.page.click("text=Continue here")
    listener.page.wait_for_selector("text=Welcome back")
    first.wait_for_selector("text=Open in another tab")
    for word in WORDS:
        listener.trial(word)
    listener.finish()
    assert [step[0] for step in stored_steps(site, listener)] == [0, 1, 3, 5]


def test_two_tabs_without_a_lease_make_one_result_of_each_step(
    site: Site, step_link: str, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("409 (Conflict)")
    context = new_context()
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    listener = Listener(context.new_page(), step_link)
    listener.consent()
    other = context.new_page()
    other.goto(f"{site.base_url}/run/{listener.code}")
    at(other, "instructions")  # no lock asks whether to go on here: the server's lease is the newer tab's
    listener.page.click(CARD_BUTTON)
    listener.page.wait_for_selector("text=Open in another tab")
    assert stored_steps(site, listener) == []
    with other.expect_response(RESULT):
        other.click(CARD_BUTTON)
    at(other, "sound_level")
    listener.page.click("text=Continue here")
    listener.page.wait_for_selector("text=Welcome back")
    listener.page.click(CARD_BUTTON)
    at(listener.page, "sound_level")
    for word in WORDS:
        listener.trial(word)
    listener.finish()
    assert [step[0] for step in stored_steps(site, listener)] == [0, 1, 3, 5]


def test_a_course_of_a_later_release_is_no_dead_end(
    listener: Listener, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("does not know the step")
    context = listener.page.context

    def of_a_later_release(route: Route) -> None:
        view = route.fetch().json()
        view["steps"][0]["kind"] = "telepathy"
        route.fulfill(json=view)

    context.route("**/api/*/session", of_a_later_release)
    listener.page.goto(listener.link)
    listener.page.click("form button")
    listener.page.wait_for_selector("text=does not know the step")
    context.unroute("**/api/*/session")
    listener.page.click(f"{CARD_BUTTON}:has-text('Load again')")
    at(listener.page, "instructions")
