"""How sessions end, in a real browser: failed gates, withdrawing, other browsers, sessions that were left."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from app.core.tokens import token_sha256
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, START, Visitor

NewContext = Callable[..., BrowserContext]
GATED = """
completion_codes: {gate: GATE-7, withdrawn: GONE-1, no_consent: NOT-1}
steps:
  - consent
  - instructions
  - {kind: gate, trials: 2, pass_mark: 2}
  - {kind: trials, breaks: 0, catch: 1}
"""


@pytest.fixture(scope="session")
def gate_link(site: Site) -> str:
    return site.create_study("gated", naturals=5, practice_trials=0, completion_code="DONE-1", extra=GATED)


def categories(site: Site, visitor: Visitor) -> list[str]:
    """The right answers of the visitor's plan, in order."""
    rows = site.query(
        "SELECT coalesce(s.category, o.category) AS category FROM participants p"
        " JOIN planned_trials t ON t.participant_id = p.id LEFT JOIN stimuli s ON s.id = t.stimulus_id"
        " LEFT JOIN study_stimuli o ON o.id = t.study_stimulus_id"
        " WHERE p.token_sha256 = ? ORDER BY t.trial_index",
        token_sha256(visitor.session_token),
    )
    return [row["category"] for row in rows]


def status(site: Site, visitor: Visitor) -> tuple[str, str | None]:
    (row,) = site.query(
        "SELECT status, outcome FROM participants WHERE token_sha256 = ?", token_sha256(visitor.session_token)
    )
    return row["status"], row["outcome"]


def test_who_fails_the_gate_comes_to_an_end_of_its_own(
    site: Site, gate_link: str, new_context: NewContext
) -> None:
    visitor = Visitor(new_context().new_page(), gate_link)
    visitor.consent()
    assert visitor.page.inner_text(".card h1") == "What you will do"  # nobody is welcomed back here
    right = categories(site, visitor)
    for category in right[:2]:
        visitor.trial("dog" if category != "dog" else "cat")
    assert visitor.finish() == "GATE-7"
    assert visitor.page.inner_text("h1") == "Thank you for your time"
    assert status(site, visitor) == ("screened_out", "gate")
    visitor.page.go_back()
    visitor.page.click("text=show the last page")  # the way back leads to the end again
    assert visitor.page.inner_text("#completion-code") == "GATE-7"


def test_who_passes_the_gate_sees_the_main_trials_with_the_catch_trial(
    site: Site, gate_link: str, new_context: NewContext
) -> None:
    visitor = Visitor(new_context().new_page(), gate_link)
    visitor.consent()
    for category in categories(site, visitor):
        visitor.trial(category)
    assert visitor.finish() == "DONE-1"
    assert status(site, visitor) == ("completed", "complete")


def test_withdrawing_by_the_personal_link_in_another_browser(
    site: Site, gate_link: str, new_context: NewContext
) -> None:
    visitor = Visitor(new_context().new_page(), gate_link)
    visitor.consent()
    for category in categories(site, visitor):
        visitor.trial(category)
    visitor.finish()
    visitor.page.click(".later summary")
    link = visitor.page.inner_text("output.long")
    elsewhere = new_context().new_page()
    asked: list[str] = []
    elsewhere.on("request", lambda request: asked.append(request.url))
    elsewhere.goto(link)
    key = link.partition("#")[2]
    assert elsewhere.input_value("#key") == key
    elsewhere.click("text=Delete everything")
    assert elsewhere.inner_text("h1") == "Your data were deleted"
    assert elsewhere.inner_text("#completion-code") == "GONE-1"
    assert not any(key in address for address in asked)  # it was in no address that was asked for
    assert status(site, visitor) == ("withdrawn", "withdrawn")
    assert site.answers(visitor.session_token) == []


def test_leaving_in_the_middle(site: Site, gate_link: str, new_context: NewContext) -> None:
    visitor = Visitor(new_context().new_page(), gate_link)
    visitor.consent()
    visitor.page.click("text=Leave the study")
    visitor.page.click("text=No, go back")
    visitor.page.wait_for_selector(CARD_BUTTON)
    visitor.page.click("text=Leave the study")
    visitor.page.click("text=Delete everything")
    assert visitor.page.inner_text("#completion-code") == "GONE-1"
    assert status(site, visitor) == ("withdrawn", "withdrawn")


def test_who_declines_is_let_go_with_a_code(gate_link: str, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(gate_link)
    page.click("text=I do not want to take part")
    assert page.inner_text("#completion-code") == "NOT-1"


def test_two_browsers_with_one_session(
    site: Site, link: str, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("409 (Conflict)")
    first = Visitor(new_context().new_page(), link)
    first.consent()
    first.trial("dog")
    first.page.wait_for_selector(CARD_BUTTON)
    second = Visitor(new_context().new_page(), link)
    second.page.context.add_cookies(first.page.context.cookies())
    second.page.goto(f"{site.base_url}/run/{second.code}")
    second.page.click("text=Continue here")
    second.page.wait_for_selector("text=Welcome back")
    second.trial("cat")
    second.page.wait_for_selector(START)
    first.page.click(CARD_BUTTON)  # leaves the word on the answer
    first.page.click(CARD_BUTTON)  # and the page after practice, whose result is refused
    first.page.wait_for_selector("text=Open in another tab")
    answers = [row["answer"] for row in site.answers(first.session_token)]
    assert answers[:3] == ["dog", "cat", None]


def test_a_single_sitting_ends_with_a_reload(site: Site, new_context: NewContext) -> None:
    extra = "resume: never\ncompletion_codes: {expired: LEFT-1}\n"
    visitor = Visitor(new_context().new_page(), site.create_study("sitting", naturals=5, extra=extra))
    visitor.consent()
    visitor.page.reload()
    visitor.page.wait_for_selector(CARD_BUTTON)  # nothing was begun
    visitor.trial("dog")
    visitor.page.wait_for_selector(CARD_BUTTON)
    visitor.page.reload()
    assert visitor.finish() == "LEFT-1"
    assert status(site, visitor) == ("expired", "expired")


def test_a_block_begins_anew_after_a_reload(site: Site, new_context: NewContext) -> None:
    extra = "resume: restart_block\n"
    link = site.create_study("anew", naturals=6, practice_trials=0, extra=extra)
    visitor = Visitor(new_context().new_page(), link)
    visitor.consent()
    visitor.trial("dog")
    visitor.trial("cat")
    visitor.page.wait_for_selector(START)
    visitor.page.reload()
    visitor.page.wait_for_selector("text=Welcome back")
    assert {row["answer"] for row in site.answers(visitor.session_token)} == {None}
    assert site.events(visitor.session_token).count("answer_of_restarted_block") == 2
    visitor.trial("bear")
    visitor.page.wait_for_selector(START)
    visitor.page.reload()  # so that the answer has arrived, or is sent before the page goes on
    visitor.page.wait_for_selector("text=Welcome back")
    assert site.events(visitor.session_token).count("answer_of_restarted_block") == 3
