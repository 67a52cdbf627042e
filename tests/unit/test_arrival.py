"""The ids that recruiters add to a link's address."""

import pytest

from app.core.errors import BadRequest
from app.participants.arrival import Arrival, arrival_of, is_preview, typed_number

PROLIFIC = {"PROLIFIC_PID": "5f1", "STUDY_ID": "6a2", "SESSION_ID": "7b3"}


def named(arrival: Arrival | None) -> tuple[object, ...] | None:
    return arrival and (arrival.source, arrival.person, arrival.visit, arrival.errand)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (PROLIFIC, ("prolific", "5f1", "7b3", "6a2")),
        ({"workerId": "W", "assignmentId": "A", "hitId": "H"}, ("mturk", "W", "A", "H")),
        ({"participant": "p-7"}, ("link", "p-7", None, None)),
        ({"id": "p-7"}, ("link", "p-7", None, None)),
        ({"participant": "", "id": "p-7"}, ("link", "p-7", None, None)),
        ({"Prolific_Pid": "5f1"}, ("prolific", "5f1", None, None)),
        ({"SESSION_ID": "7b3"}, ("prolific", "7b3", "7b3", None)),
        ({"utm_source": "x", "name": "Ann"}, None),
        ({}, None),
    ],
)
def test_who_comes_by_a_link(parameters: dict[str, str], expected: tuple[object, ...] | None) -> None:
    assert named(arrival_of(parameters)) == expected


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  5f1\r\n", "5f1"),
        ("5f\x001", "5f1"),
        ("\u200b5f1\ufeff", "5f1"),
        ("5\u202ef1", "5f1"),
        ("x" * 128, "x" * 128),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: str, cleaned: str) -> None:
    arrival = arrival_of({"PROLIFIC_PID": text})
    assert arrival is not None
    assert arrival.person == cleaned


def test_only_a_plain_link_may_give_an_id_with_a_blank() -> None:
    arrival = arrival_of({"participant": "a  b"})
    assert arrival is not None
    assert arrival.person == "a b"
    for name in ("PROLIFIC_PID", "SESSION_ID", "workerId", "assignmentId"):
        with pytest.raises(BadRequest, match="blanks"):
            arrival_of({name: "a b"})


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "http://www.mturk.com",
        "https://www.mturk.com.evil.example",
        "https://www.mturk.com@evil.example",
        "https://www.mturk.com:8443",
        "javascript:alert(1)",
        "https://www.mturk.com/elsewhere",
        "https://[",
    ],
)
def test_workers_hand_in_at_mturk_and_nowhere_else(address: str) -> None:
    with pytest.raises(BadRequest, match="not MTurk's"):
        arrival_of({"workerId": "W", "assignmentId": "A", "turkSubmitTo": address})


def test_both_sites_of_mturk_are_known() -> None:
    for site in ("https://www.mturk.com", "https://workersandbox.mturk.com/"):
        arrival = arrival_of({"workerId": "W", "assignmentId": "A", "turkSubmitTo": site})
        assert arrival is not None
        assert arrival.submit_to == site.rstrip("/")


@pytest.mark.parametrize(
    "text", ["", " \t", "\x00", "{{%PROLIFIC_PID%}}", "${PID}", "ASSIGNMENT_ID_NOT_AVAILABLE"]
)
def test_what_is_no_id(text: str) -> None:
    assert arrival_of({"PROLIFIC_PID": text}) is None


def test_an_id_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(BadRequest, match="PROLIFIC_PID"):
        arrival_of({"PROLIFIC_PID": "x" * 129})


def test_fields_bring_the_same_arrival_again() -> None:
    for parameters in (PROLIFIC, {"id": "7"}, {"SESSION_ID": "7b3"}):
        arrival = arrival_of(parameters)
        assert arrival is not None
        assert arrival_of(dict(arrival.fields)) == arrival


def test_previews() -> None:
    assert is_preview({"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "H"})
    assert not is_preview({"assignmentId": "A"})
    assert arrival_of({"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "H"}) is None


def test_numbers_typed_in_the_laboratory() -> None:
    assert named(typed_number(" p０7 ")) == ("laboratory", "P07", None, None)
    assert typed_number("  ") is None
    with pytest.raises(BadRequest):
        typed_number("1" * 129)
