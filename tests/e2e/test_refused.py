"""Answers that the server refuses: the session goes on, and nobody goes round in circles."""

import json
import sqlite3
from contextlib import closing

from playwright.sync_api import Route

from tests.e2e.conftest import TRIALS, Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import Visitor
from tests.versioned import versioned

CHOICES = ("dog", "airplane", "truck", "knife", "bear")
KEPT_ASIDE = versioned("""async () => {
  const { createStore, values } = await import("/static/vendor/idb-keyval.js");
  return await values(createStore("metamerlab-refused", "answers"));
}""")


def refuse(visitor: Visitor, index: int, status: int, code: str, **detail: int) -> None:
    """From now on the answer to a trial gets this reply."""
    body = {"error": {"code": code, "message": "It was refused.", "detail": detail}}

    def reply(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=status, json=body)
        else:
            route.continue_()

    visitor.page.context.route(f"**/api/*/trials/{index}", reply)


def stored_answers(site: Site, visitor: Visitor) -> list[str | None]:
    return [row["answer"] for row in site.answers(visitor.session_token)]


def test_a_refused_answer_is_set_aside_and_the_session_goes_on(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("422 (Unprocessable Entity)")
    visitor.consent()
    refuse(visitor, 2, 422, "malformed")
    for choice in CHOICES:
        visitor.trial(choice)
    assert visitor.finish() == "DONE-42"
    assert stored_answers(site, visitor) == ["dog", "airplane", None, "knife", "bear"]
    (event,) = site.query("SELECT detail FROM events WHERE kind = 'answer_refused' ORDER BY id DESC LIMIT 1")
    detail = json.loads(event["detail"])
    assert (detail["trial_index"], detail["status"], detail["code"]) == (2, 422, "malformed")
    assert json.loads(detail["body"])["answer"] == "truck"
    assert [entry["body"]["answer"] for entry in visitor.page.evaluate(KEPT_ASIDE)] == ["truck"]


def test_a_refused_practice_answer_has_no_feedback(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("422 (Unprocessable Entity)")
    visitor.consent()
    refuse(visitor, 0, 422, "malformed")
    for choice in CHOICES:
        visitor.trial(choice)
    visitor.finish()
    assert stored_answers(site, visitor) == [None, *CHOICES[1:]]


def test_a_refused_answer_of_an_earlier_visit_stops_nobody(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected += ["ERR_CONNECTION_FAILED", "422 (Unprocessable Entity)"]
    context = visitor.page.context
    visitor.consent()
    for choice in CHOICES[:2]:
        visitor.trial(choice)
    visitor.read_on()
    context.route("**/api/*/trials/2", lambda route: route.abort("connectionfailed"))
    visitor.trial(CHOICES[2])
    visitor.page.wait_for_selector("#notice:has-text('Reconnecting')")
    visitor.page.close()
    context.unroute("**/api/*/trials/2")
    visitor.page = context.new_page()
    refuse(visitor, 2, 422, "malformed")
    visitor.page.goto(f"{site.base_url}/run/{visitor.code}")
    for choice in CHOICES[3:]:
        visitor.trial(choice)
    visitor.finish()
    assert stored_answers(site, visitor) == ["dog", "airplane", None, "knife", "bear"]


def test_a_server_that_calls_the_due_trial_not_due_is_not_asked_for_ever(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("409 (Conflict)")
    visitor.consent()
    refuse(visitor, 2, 409, "not_due", next_index=0)
    for choice in CHOICES:
        visitor.trial(choice)
    visitor.finish()
    assert stored_answers(site, visitor) == ["dog", "airplane", None, "knife", "bear"]


def test_a_server_that_lost_an_answer_is_asked_where_to_go_on(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("409 (Conflict)")
    visitor.consent()
    for choice in CHOICES[:3]:
        visitor.trial(choice)
    visitor.read_on()
    lost = "DELETE FROM responses WHERE id = (SELECT max(id) FROM responses)"  # an older copy was restored
    with closing(sqlite3.connect(site.folder / "site.db")) as connection, connection:
        connection.execute(lost)
    visitor.watch()
    visitor.page.click(f"[data-choice={CHOICES[3]}]")
    visitor.page.wait_for_selector("text=Welcome back")
    for choice in CHOICES[2:]:
        visitor.trial(choice)
    visitor.finish()
    assert stored_answers(site, visitor) == list(CHOICES)
    assert len(site.answers(visitor.session_token)) == TRIALS
