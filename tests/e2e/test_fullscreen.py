"""The whole screen, in a real browser: granted and left, denied, not wanted, not there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_steps import RESULT, stored_steps
from tests.e2e.visitor import CARD_BUTTON, START, Visitor

NewContext = Callable[..., BrowserContext]
STEPS = "steps: [fullscreen, trials]\n"
DENIED = (
    "Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('Permissions check failed'));"
)
ABSENT = "delete Element.prototype.requestFullscreen;"


@pytest.fixture(scope="session")
def screen_link(site: Site) -> str:
    return site.create_study("screen", naturals=3, practice_trials=0, extra=STEPS)


def granted(site: Site, visitor: Visitor, button: str = CARD_BUTTON) -> bool | None:
    visitor.consent()
    assert_accessible(visitor.page)
    with visitor.page.expect_response(RESULT):
        visitor.page.click(button)
    visitor.page.wait_for_selector(START)
    [(_, kind, result, flags)] = stored_steps(site, visitor)
    assert (kind, flags) == ("fullscreen", [])
    return result["granted"]


def test_granted_and_left_again(site: Site, screen_link: str, new_context: NewContext) -> None:
    visitor = Visitor(new_context().new_page(), screen_link)
    assert granted(site, visitor) is True
    with visitor.page.expect_response("**/events"):
        visitor.page.evaluate("() => document.exitFullscreen()")
    assert "fullscreen" in site.events(visitor.session_token)


@pytest.mark.parametrize(
    ("script", "button", "expected"),
    [(DENIED, CARD_BUTTON, False), (ABSENT, CARD_BUTTON, None), ("", ".card .secondary", False)],
)
def test_without_it_the_session_goes_on(
    site: Site,
    screen_link: str,
    new_context: NewContext,
    script: str,
    button: str,
    expected: bool | None,
) -> None:
    context = new_context()
    context.add_init_script(script)
    visitor = Visitor(context.new_page(), screen_link)
    assert granted(site, visitor, button) is expected
