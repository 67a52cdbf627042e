"""Sound that fails in the middle of a session of words: said on the page, or kept with the trial."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_words import WATCH_CONTEXTS, records
from tests.e2e.visitor import CARD_BUTTON, FIELD, Listener

STIMULI = "**/stimuli/*"


@pytest.fixture
def listener(new_context: Callable[..., BrowserContext], word_link: str) -> Listener:
    context = new_context()
    context.add_init_script(WATCH_CONTEXTS)
    return Listener(context.new_page(), word_link)


def finish_with(listener: Listener, *words: str) -> None:
    for word in words:
        listener.trial(word)
    listener.finish()


def read_until(listener: Listener, said: str) -> None:
    """Leave the pages before the first trial behind, until one of them says this."""
    page = listener.page
    for heading in ("What you will do", "Set the volume"):
        if page.locator(f"text={said}").count():
            return
        page.wait_for_selector(f"h1:has-text('{heading}'), h1:has-text('Something went wrong')")
        if page.is_disabled(CARD_BUTTON):
            page.click(".card .secondary")
        if page.inner_text(CARD_BUTTON) != "Load again":
            page.click(f"{CARD_BUTTON}:enabled")
    page.wait_for_selector(f"text={said}")


def test_a_context_that_is_closed_is_an_interruption_and_the_next_press_makes_another(
    site: Site, listener: Listener
) -> None:
    page = listener.page
    listener.consent()
    listener.read_on()
    page.keyboard.press("Space")
    page.wait_for_selector("[data-phase=timed]")
    page.evaluate("contexts[0].close()")
    page.wait_for_selector(FIELD)
    page.keyboard.type("cat")
    page.keyboard.press("Enter")
    listener.answers.append("cat")
    finish_with(listener, "bat", "act", "over")
    stored = records(site, listener)
    assert (stored[0]["interruptions"], stored[0]["played_ms"]) == (2, None)
    assert [record["interruptions"] for record in stored[1:]] == [0, 0, 0]
    assert all(record["context_state"] == "running" for record in stored)


def test_a_browser_that_never_plays_is_told_what_may_help(listener: Listener) -> None:
    listener.page.add_init_script("AudioContext.prototype.resume = async () => undefined")
    listener.page.add_init_script(
        "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' })"
    )
    listener.consent()
    listener.read_on()
    page = listener.page
    page.keyboard.press("Space")
    page.wait_for_selector(".start-hint:has-text('plays no sound yet')")
    while page.locator(".start-hint:has-text('still plays no sound')").count() == 0:
        page.keyboard.press("Space")
        page.wait_for_timeout(500)
    assert page.get_attribute("body", "data-phase") == "ready"


def test_a_device_that_cannot_be_opened_is_said(listener: Listener, complaints: Complaints) -> None:
    page = listener.page
    page.add_init_script("window.AudioContext = class { constructor() { throw new Error('no device'); } }")
    complaints.expected.append("no device")
    listener.consent()
    read_until(listener, "could not open the sound device")
    assert page.inner_text(CARD_BUTTON) == "Load again"


def test_a_sound_that_does_not_arrive_is_waited_for(
    site: Site, listener: Listener, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_CONNECTION_FAILED")
    lost: list[str] = []

    def lose_some(route: Route) -> None:
        if len(lost) == 3:
            return route.continue_()
        lost.append(route.request.url)
        return route.abort("connectionfailed")

    listener.page.context.route(STIMULI, lose_some)
    listener.consent()
    finish_with(listener, "cat", "bat", "act", "over")
    assert len(lost) == 3
    assert [record["interruptions"] for record in records(site, listener)] == [0] * 4


def test_a_sound_that_arrives_damaged_is_said_and_nothing_is_lost(
    site: Site, listener: Listener, complaints: Complaints
) -> None:
    complaints.expected += ["damaged", "decode"]
    page = listener.page
    page.context.route(STIMULI, lambda route: route.fulfill(body=b"no sound", content_type="audio/wav"))
    listener.consent()
    read_until(listener, "A file of this study arrived damaged.")
    page.context.unroute(STIMULI)
    page.click(f"{CARD_BUTTON}:has-text('Load again')")
    finish_with(listener, "cat", "bat", "act", "over")
    assert len(records(site, listener)) == 4
