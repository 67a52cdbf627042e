"""What differs between our sessions and a recruiter's submissions: every pair of states has one answer."""

from itertools import product

import pytest

from app.recruitment.reconcile import Difference, Ours, Theirs, differences

CODES = {"complete": "DONE", "gate": "GATE", "no_consent": "NO"}


def kinds(ours: Ours | None, theirs: Theirs | None) -> list[str]:
    return [one.kind for one in differences([(ours, theirs)], CODES)]


def session(status: str, outcome: str | None = None) -> Ours:
    return Ours(7, status, outcome)


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (session("completed", "complete"), None, "completed_not_submitted"),
        (session("completed", "complete"), Theirs("v", "active", None), "completed_not_submitted"),
        (session("completed", "complete"), Theirs("v", "submitted", None), "no_code"),
        (session("completed", "complete"), Theirs("v", "submitted", "NO"), "wrong_code"),
        (session("screened_out", "gate"), Theirs("v", "submitted", "DONE"), "wrong_code"),
        (session("completed", "complete"), Theirs("v", "returned", None), "completed_but_over"),
        (session("completed", "complete"), Theirs("v", "timed_out", None), "completed_but_over"),
        (session("completed", "complete"), Theirs("v", "rejected", "DONE"), "completed_but_rejected"),
        (session("active"), Theirs("v", "returned", None), "active_but_over"),
        (session("active"), Theirs("v", "submitted", "DONE"), "submitted_not_completed"),
        (session("active"), Theirs("v", "approved", "DONE"), "approved_not_completed"),
        (session("withdrawn", "withdrawn"), Theirs("v", "submitted", "DONE"), "withdrawn"),
        (None, Theirs("v", "approved", "DONE"), "approved_not_here"),
        (None, Theirs("v", "submitted", "DONE"), "submitted_not_here"),
    ],
)
def test_what_differs(ours: Ours | None, theirs: Theirs | None, kind: str) -> None:
    assert kinds(ours, theirs) == [kind]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (session("completed", "complete"), Theirs("v", "submitted", "DONE")),
        (session("completed", "complete"), Theirs("v", "approved", "DONE")),
        (session("screened_out", "gate"), Theirs("v", "submitted", "GATE")),
        (session("active"), Theirs("v", "active", None)),
        (session("expired", "returned"), Theirs("v", "returned", None)),
        (session("withdrawn", "withdrawn"), Theirs("v", "approved", "DONE")),
        (session("active"), None),
        (None, Theirs("v", "returned", None)),
        (None, Theirs("v", "active", None)),
    ],
)
def test_what_agrees(ours: Ours | None, theirs: Theirs | None) -> None:
    assert kinds(ours, theirs) == []


def test_every_pair_has_at_most_one_line_with_something_to_do() -> None:
    statuses = ("active", "completed", "screened_out", "expired", "withdrawn")
    theirs = ("active", "submitted", "approved", "rejected", "returned", "timed_out", "pending")
    for ours, there, code in product(statuses, theirs, (None, "DONE", "GATE", "ODD")):
        found = differences([(Ours(1, ours, None), Theirs("v", there, code))], CODES)
        assert len(found) <= 1
        assert all(one.what and one.to_do and one.participant == 1 for one in found)


def test_lines_come_in_the_order_of_the_pairs() -> None:
    pairs = [(None, Theirs("b", "approved", None)), (None, Theirs("a", "approved", None))]
    assert [one.submission for one in differences(pairs, CODES)] == ["b", "a"]
    assert differences([], CODES) == list[Difference]()
