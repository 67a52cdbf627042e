"""Browsers that lack something: found out before consent, with a substitute or in plain words."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.e2e.conftest import TRIALS, Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, Listener, Visitor

NewContext = Callable[..., BrowserContext]

# What has a substitute in the page.
POOR = {
    "old": """
      delete AbortSignal.timeout;
      delete window.createImageBitmap;
      Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
      Object.defineProperty(window, "indexedDB", { value: undefined });
    """,
    "denied": """
      const refuse = () => { throw new DOMException("denied", "SecurityError"); };
      IDBFactory.prototype.open = refuse;
      if (navigator.locks) navigator.locks.request = async () => refuse();
      window.createImageBitmap = async () => { throw new DOMException("no", "InvalidStateError"); };
      Object.defineProperty(window, "sessionStorage", { get: refuse });
      Object.defineProperty(window, "localStorage", { get: refuse });
    """,
    "silent": "IDBFactory.prototype.open = () => ({});",
}
# What the page cannot do without, and what is said of it.
UNFIT = {
    "delete window.fetch": "It is too old",
    "Object.defineProperty(window, 'crypto', { value: undefined })": "It is too old",
    "HTMLCanvasElement.prototype.getContext = () => null": "draw pictures",
}


def with_script(new_context: NewContext, script: str) -> Page:
    context = new_context()
    context.add_init_script(script)
    return context.new_page()


def participants(site: Site) -> int:
    return int(site.query("SELECT count(*) AS n FROM participants")[0]["n"])


@pytest.mark.parametrize("how", POOR)
def test_what_has_a_substitute_is_not_missed(
    site: Site, link: str, new_context: NewContext, how: str
) -> None:
    visitor = Visitor(with_script(new_context, POOR[how]), link)
    visitor.consent()
    for choice in ("dog", "airplane", "truck", "knife", "bear"):
        visitor.trial(choice)
    assert visitor.finish() == "DONE-42"
    assert [row["answer"] for row in site.answers(visitor.session_token)] == visitor.answers


def test_where_nothing_is_kept_the_page_does_not_promise_it(
    link: str, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_INTERNET_DISCONNECTED")
    visitor = Visitor(with_script(new_context, POOR["old"]), link)
    visitor.consent()
    visitor.trial("dog")
    visitor.read_on()
    visitor.page.context.set_offline(True)
    visitor.trial("bear")
    visitor.page.wait_for_selector("#notice:has-text('Please keep this page open')")
    visitor.page.context.set_offline(False)
    visitor.page.wait_for_selector("#notice:empty", state="attached")


@pytest.mark.parametrize("script", UNFIT)
def test_what_has_no_substitute_is_said_before_consent(
    site: Site, link: str, new_context: NewContext, script: str
) -> None:
    before = participants(site)
    page = with_script(new_context, script)
    page.goto(link)
    page.wait_for_selector(f"#unfit:has-text('{UNFIT[script]}')")
    assert not page.is_visible("form")
    assert participants(site) == before


def test_sounds_are_asked_for_only_where_there_are_some(
    site: Site, link: str, new_context: NewContext
) -> None:
    words = site.create_study("unheard", naturals=TRIALS, kind="sound", practice_trials=1)
    page = with_script(new_context, "delete window.AudioContext")
    page.goto(words)
    page.wait_for_selector("#unfit:has-text('play sounds')")
    page.goto(link)
    page.click("form button")
    page.wait_for_selector(CARD_BUTTON)


PROGRAM = "**/static/*/participant/{}.js"


def test_a_program_that_old_browsers_cannot_read_is_said_before_consent(
    site: Site, link: str, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("SyntaxError")
    complaints.expected.append("Invalid or unexpected token")
    before = participants(site)
    context = new_context()
    context.route(PROGRAM.format("outbox"), lambda route: javascript(route, "class Outbox { #new@syntax; }"))
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("#unfit:has-text('program did not start')")
    assert not page.is_visible("form")
    assert participants(site) == before


def test_who_presses_before_the_check_is_over_is_let_in_after_it(link: str, new_context: NewContext) -> None:
    held: list[Route] = []
    context = new_context()
    context.route(PROGRAM.format("probe"), lambda route: held.append(route))
    page = context.new_page()
    page.goto(link, wait_until="commit")
    page.click("form[data-watched] button", no_wait_after=True)
    page.wait_for_selector("button:has-text('One moment')")
    assert page.url == link
    held[0].continue_()
    page.wait_for_selector(CARD_BUTTON)


@pytest.mark.parametrize("fault", ["lost", "throws", "no modules"])
def test_a_program_that_does_not_start_is_said(
    link: str, new_context: NewContext, complaints: Complaints, fault: str
) -> None:
    complaints.expected += ["ERR_FAILED", "an early fault"]
    replies = {
        "lost": lambda route: route.abort(),
        "throws": lambda route: javascript(route, "throw new Error('an early fault')"),
        "no modules": lambda route: javascript(route, ""),
    }
    context = new_context()
    if fault == "no modules":
        context.add_init_script(
            "if (location.pathname.startsWith('/run')) delete HTMLScriptElement.prototype.noModule"
        )
    context.route(PROGRAM.format("main"), replies[fault])
    page = context.new_page()
    page.goto(link)
    page.click("form button")
    page.wait_for_selector("text=The study has not started")
    assert not page.is_visible("#waiting")
    context.unroute(PROGRAM.format("main"))
    page.click("text=Load again")
    if fault != "no modules":
        page.wait_for_selector(f"{CARD_BUTTON}:has-text('Start')")


def javascript(route: Route, text: str) -> None:
    route.fulfill(content_type="text/javascript", body=text)


def test_a_sound_device_that_cannot_be_opened_is_said(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    link = site.create_study("deaf", naturals=TRIALS, kind="sound", practice_trials=1)
    script = "window.AudioContext = class { constructor() { throw new Error('no device'); } };"
    listener = Listener(with_script(new_context, script), link)
    listener.consent()
    listener.page.click(CARD_BUTTON)
    listener.page.click(".card .secondary")  # the noise
    listener.page.click(f"{CARD_BUTTON}:enabled")
    listener.page.wait_for_selector("text=could not open the sound device")


def test_a_picture_that_is_slow_to_come_is_spoken_of(link: str, new_context: NewContext) -> None:
    context = new_context()
    context.route("**/stimuli/*", lambda _route: None)
    page = context.new_page()
    page.clock.install()
    visitor = Visitor(page, link)
    visitor.consent()
    page.click(CARD_BUTTON)
    page.wait_for_selector(".start:disabled")
    page.clock.run_for(21_000)
    page.wait_for_selector("text=This takes longer than usual")
