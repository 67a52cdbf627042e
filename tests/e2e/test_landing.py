"""The link in a real browser: consent once, cookies, who returns, shares a computer, or was sent."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import TRIALS, Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, Visitor

NewContext = Callable[..., BrowserContext]
PROLIFIC = "PROLIFIC_PID=ann-5f1&STUDY_ID=study-6a2&SESSION_ID=visit-7b3"
AT_400_PERCENT = {"width": 320, "height": 180}


def participants(site: Site, code: str) -> int:
    """How many took part in a link's study."""
    (row,) = site.query(
        "SELECT count(*) AS n FROM participants p JOIN study_links l ON l.study_id = p.study_id"
        " WHERE l.code = ?",
        code,
    )
    return int(row["n"])


def answer_all(visitor: Visitor) -> None:
    for _ in range(TRIALS):
        visitor.trial("dog")


def study(site: Site, name: str, **fields: object) -> str:
    return site.create_study(name, naturals=TRIALS, practice_trials=1, completion_code="DONE-42", **fields)


def test_consent_pressed_twice_is_one_person(site: Site, new_context: NewContext) -> None:
    visitor = Visitor(new_context().new_page(), study(site, "pressed-twice"))
    visitor.page.goto(visitor.link)
    visitor.page.dblclick("form button")
    visitor.page.wait_for_selector(CARD_BUTTON)
    assert participants(site, visitor.code) == 1
    visitor.page.go_back()
    visitor.page.wait_for_selector("text=That was me")  # never the form of consent out of a cache
    visitor.page.click("text=That was me")
    visitor.page.wait_for_selector(CARD_BUTTON)
    assert participants(site, visitor.code) == 1


def test_a_browser_that_keeps_no_cookies_is_told(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("400 (Bad Request)")
    context = new_context()
    page = context.new_page()
    link = study(site, "no-cookies")
    for _ in range(3):
        page.goto(link)
        context.clear_cookies()  # as if they had never been kept
        page.click("form button")
        assert page.inner_text("h1") == "This study needs cookies"
    assert participants(site, link.rsplit("/", 1)[1]) == 0
    page.click("main .primary")
    page.click("form button")
    page.wait_for_selector(CARD_BUTTON)


def test_a_browser_that_says_it_keeps_no_cookies_is_told_before_consent(
    link: str, new_context: NewContext
) -> None:
    context = new_context()
    context.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', { value: false });")
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("text=It keeps no cookies")
    assert not page.is_visible("form")


def test_the_second_person_at_a_computer_begins_anew(site: Site, new_context: NewContext) -> None:
    first = Visitor(new_context().new_page(), study(site, "shared"))
    first.consent()
    first.trial("dog")
    token = first.session_token
    first.page.goto(first.link)
    first.page.click("text=I am a new participant")
    first.page.click("form button")
    assert first.page.url.startswith(first.link)  # the box has to be ticked
    first.page.check("#another")
    first.page.click("form button")
    first.page.wait_for_selector(CARD_BUTTON)
    assert participants(site, first.code) == 2
    assert first.session_token != token


def test_answers_that_wait_are_sent_before_somebody_else_begins(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("ERR_CONNECTION_FAILED")
    first = Visitor(new_context().new_page(), study(site, "left-behind"))
    first.consent()
    first.trial("dog")
    first.page.wait_for_selector(CARD_BUTTON)  # the word on the practice answer: it is stored
    token = first.session_token
    context = first.page.context
    context.route("**/api/*/trials/*", lambda route: route.abort("connectionfailed"))
    first.trial("cat")
    first.page.wait_for_selector("#notice:has-text('Reconnecting')")
    assert [row["answer"] for row in site.answers(token)][:2] == ["dog", None]
    first.page.close()
    context.unroute("**/api/*/trials/*")
    second = Visitor(context.new_page(), first.link)
    second.page.goto(f"{second.link}?another=yes")
    second.page.check("#another")
    second.page.click("form button")
    second.page.wait_for_selector(CARD_BUTTON)
    assert second.session_token != token
    assert [row["answer"] for row in site.answers(token)][:2] == ["dog", "cat"]


def test_the_third_person_is_not_shown_the_code_of_the_one_before(
    site: Site, new_context: NewContext
) -> None:
    visitor = Visitor(new_context().new_page(), study(site, "laboratory", repeats="always"))
    for person in (1, 2):
        visitor.consent()
        answer_all(visitor)
        visitor.finish()
        assert participants(site, visitor.code) == person


def test_a_laboratorys_number_is_typed_and_used_once(site: Site, new_context: NewContext) -> None:
    link = study(site, "numbers", participant_number="required")
    for number, outcome in (("P7", CARD_BUTTON), ("p7", "text=has taken part in this study already")):
        page = new_context().new_page()
        page.goto(link)
        page.click("form button")
        assert page.evaluate("document.activeElement.id") == "number"
        page.fill("#number", number)
        page.click("form button")
        page.wait_for_selector(outcome)
    page.fill("#number", "P8")
    page.click("form button")
    page.wait_for_selector(CARD_BUTTON)


def test_from_a_recruiters_link_and_back(site: Site, new_context: NewContext) -> None:
    back = "https://app.prolific.com/submissions/complete?cc={code}"
    visitor = Visitor(new_context().new_page(), study(site, "recruited", completion_url=f'"{back}"'))
    visitor.page.goto(f"{visitor.link}?{PROLIFIC}")
    visitor.page.click("form button")
    visitor.page.wait_for_selector(CARD_BUTTON)
    assert visitor.page.url == f"{site.base_url}/run/{visitor.code}"
    answer_all(visitor)
    assert visitor.finish() == "DONE-42"
    assert visitor.page.get_attribute("main .primary", "href") == back.replace("{code}", "DONE-42")
    visitor.page.goto(f"{visitor.link}?{PROLIFIC}")
    assert visitor.finish() == "DONE-42"  # led on
    (row,) = site.query("SELECT source, person, visit, errand FROM recruitments WHERE person = 'ann-5f1'")
    assert tuple(row) == ("prolific", "ann-5f1", "visit-7b3", "study-6a2")


def test_in_another_browser_the_visits_id_leads_on(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("401 (Unauthorized)")
    first = Visitor(new_context().new_page(), study(site, "moved"))
    first.page.goto(f"{first.link}?{PROLIFIC}")
    first.page.click("form button")
    for choice in ("dog", "bear"):
        first.trial(choice)
    first.read_on()
    second = Visitor(new_context().new_page(), first.link)
    second.page.goto(f"{first.link}?{PROLIFIC.replace('7b3', '000')}")
    second.page.wait_for_selector("text=begun already under this id")
    second.page.goto(f"{first.link}?{PROLIFIC}")
    second.page.click("form button")
    second.page.wait_for_selector("text=Welcome back")
    first.watch()
    first.choose("cat")
    first.page.wait_for_selector("text=This page does not know you any more")
    for _ in range(TRIALS - 2):
        second.trial("dog")
    assert second.finish() == "DONE-42"
    assert participants(site, first.code) == 1


@pytest.mark.parametrize("size", [AT_400_PERCENT, {"width": 390, "height": 844}])
def test_consent_is_reachable_in_any_window(new_context: NewContext, link: str, size: dict[str, int]) -> None:
    with closing(new_context(viewport=size)) as context:
        page: Page = context.new_page()
        page.goto(link)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.locator("form button").scroll_into_view_if_needed()
        page.mouse.click(*middle(page, "form button"))
        page.wait_for_selector(CARD_BUTTON)


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
