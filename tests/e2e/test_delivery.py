"""What reaches the page: scripts all at once, stimuli whole or not at all, and old versions never."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route

from app.core.tokens import token_sha256
from app.stimuli.png import encode
from app.tasks.image16.masks import pink_noise
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import START, Visitor

NewContext = Callable[..., BrowserContext]

OTHER_PICTURE = encode(pink_noise(1, 1))  # whole, of the right size, and not what the plan tells
LOST_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"


def exchange_pictures(visitor: Visitor, times: int) -> list[str]:
    """Send another picture for the first stimulus that is asked for; returns where its requests are noted."""
    asked: list[str] = []

    def reply(route: Route) -> None:
        asked.append(route.request.url)
        mine = asked.count(asked[0]) if route.request.url == asked[0] else times + 1
        if mine <= times:
            route.fulfill(content_type="image/png", body=OTHER_PICTURE)
        else:
            route.continue_()

    visitor.page.context.route("**/stimuli/*", reply)
    return asked


def told(site: Site, visitor: Visitor, kind: str) -> dict[str, object]:
    """The detail of the page's first event of this kind, as soon as it is stored."""
    sql = (
        "SELECT detail FROM events e JOIN participants p ON p.id = e.participant_id"
        " WHERE e.kind = ? AND p.token_sha256 = ?"
    )
    while not (rows := site.query(sql, kind, token_sha256(visitor.session_token))):
        visitor.page.wait_for_timeout(50)
    detail: dict[str, object] = json.loads(rows[0]["detail"])
    return detail


def test_another_picture_than_the_plan_tells_is_fetched_anew(site: Site, visitor: Visitor) -> None:
    asked = exchange_pictures(visitor, times=2)
    visitor.consent()
    visitor.read_on()
    assert asked.count(asked[0]) == 3
    visitor.trial("dog")
    assert told(site, visitor, "environment")["digests_checked"] is True


def test_a_picture_that_stays_another_is_never_shown_and_the_page_says_so(
    site: Site, visitor: Visitor
) -> None:
    asked = exchange_pictures(visitor, times=1000)
    visitor.consent()
    visitor.page.click(".card button.primary")
    visitor.page.wait_for_selector("text=A file of this study arrived damaged")
    assert not visitor.page.is_visible(START)
    assert asked.count(asked[0]) == 3
    assert told(site, visitor, "error")["message"] == "failed-damaged"


def test_where_no_digest_can_be_computed_the_server_is_told(site: Site, new_context: NewContext) -> None:
    context = new_context()
    context.add_init_script(LOST_SUBTLE)
    visitor = Visitor(context.new_page(), site.create_study("insecure", naturals=2, practice_trials=1))
    visitor.consent()
    visitor.read_on()
    assert told(site, visitor, "environment")["digests_checked"] is False
    visitor.trial("dog")


def test_the_page_names_every_script_that_a_session_runs(visitor: Visitor) -> None:
    ran: set[str] = set()
    note = visitor.page.on
    note("request", lambda sent: ran.add(sent.url) if sent.resource_type == "script" else None)
    visitor.consent()
    named = set(re.findall(r'rel="modulepreload" href="([^"]+)"', visitor.page.content()))
    ran.clear()
    for choice in ("dog", "cat", "bear", "bird", "boat"):
        visitor.trial(choice)
    visitor.finish()
    copy = {address for address in ran if address.endswith("/copy.js")}  # of the last page
    site = visitor.link.partition("/s/")[0]
    assert ran - copy <= {site + address for address in named}


@pytest.mark.parametrize("module", ["task.js", "plugin.js"])
def test_a_module_that_an_upgrade_took_away_is_spoken_of(
    visitor: Visitor, complaints: Complaints, module: str
) -> None:
    complaints.expected.append("404 (Not Found)")
    visitor.page.context.route(
        f"**/static/*/participant/tasks/image16/{module}", lambda route: route.fulfill(status=404)
    )
    visitor.page.goto(visitor.link)
    visitor.page.click("form button")
    visitor.page.wait_for_selector("text=there is a newer one")
    visitor.page.context.unroute(f"**/static/*/participant/tasks/image16/{module}")
    visitor.page.click("text=Load again")
    visitor.read_on()
