"""Every column that holds something of a participant is declared; settings of data protection."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from app.admin.privacy.contexts import OF_TABLES, periods_in_words
from app.db.privacy import KINDS
from app.db.register import columns, declarations, kinds, reached
from app.db.tables import Participant, Tombstone
from app.experiments.privacy import DataProtection, Retention
from app.participants.tombstones import mark_of
from app.privacy.schemas import TEXTS

WHO = {"controller": "Prof. Muster, University of Beispiel", "contact": "study@example.org"}
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_every_column_of_every_table_that_reaches_a_participant_is_declared() -> None:
    tables = [Participant.__table__, *reached(Participant.__table__), Tombstone.__table__]
    assert {table.name for table in tables} == set(declarations()) == set(OF_TABLES)
    assert len(tables) >= 9
    for table in tables:
        assert set(declarations()[table.name]) == {column.name for column in table.columns}, table.name


def test_every_kind_is_declared_and_told_to_participants() -> None:
    assert tuple(kinds()) == KINDS == tuple(TEXTS)
    assert all(len(column.privacy.purpose) > 5 for column in columns())
    assert (kinds()["identity"], kinds()["answers"], kinds()["payment"]) == ("ids", "data", "kept")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "give retention_days: N or retention_until"),
        ({"retention_days": 3, "retention_until": "2030-01-01"}, "one of the two"),
        ({"retention_days": 0}, "greater than or equal to 1"),
        ({"retention_days": 10**9}, "less than or equal to 36500"),
        ({"retention_until": "soon"}, "valid date"),
        ({"retention_until": "0001-01-01"}, "greater than or equal to"),
        ({"days": 3}, "Extra inputs"),
    ],
)
def test_bad_retention_is_refused(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        DataProtection.model_validate({**WHO, "ids": given})


@pytest.mark.parametrize(
    "change",
    [
        {"contact": "nobody"},
        {"contact": 'a"onclick=x@example.org'},
        {"contact": "a@b.org?bcc=other@example.org"},
        {"controller": ""},
        {"controller": "x" * 301},
        {"text": ""},
        {"ids": {"retention_days": 31}, "data": {"retention_days": 30}},
        {"ids": {"retention_until": "2031-01-01"}, "data": {"retention_until": "2030-01-01"}},
    ],
)
def test_bad_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DataProtection.model_validate({**WHO, **change})


def test_when_sessions_are_due() -> None:
    assert Retention(retention_days=30).ended_before(NOON) == NOON - timedelta(days=30)
    until = Retention.model_validate({"retention_until": "2026-05-04"})
    midnight = datetime(2026, 5, 5, tzinfo=UTC)
    assert until.ended_before(midnight - timedelta(microseconds=1)) is None
    assert until.ended_before(midnight) == midnight
    settings = DataProtection.model_validate({**WHO, "ids": until, "data": {"retention_days": 1}})
    assert periods_in_words(settings)["ids"] == "until 2026-05-05 00:00 UTC"
    assert periods_in_words(settings)["data"] == "1 day after the end of a session"


def test_marks_differ_by_secret_recruiter_and_kind_of_id() -> None:
    marks = {
        mark_of(*given)
        for given in (
            ("s", "prolific", "person", "p1"),
            ("t", "prolific", "person", "p1"),
            ("s", "mturk", "person", "p1"),
            ("s", "prolific", "visit", "p1"),
            ("s", "prolific", "person", "p2"),
        )
    }
    assert len(marks) == 5 and all(len(mark) == 64 for mark in marks)
