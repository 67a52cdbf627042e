"""The section `recruitment` of a study file, and amounts of money that people type."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.experiments.recruiting import Recruiting, decimal_text, in_units, money_of


def test_money_is_whole_hundredths() -> None:
    section = Recruiting.model_validate({"recruiter": "prolific", "reward": 1.1, "budget": "19.99"})
    assert (section.reward_minor, section.budget_minor) == (110, 1999)
    stored = json.loads(section.model_dump_json())
    assert Recruiting.model_validate(stored) == section


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"recruiter": "prolific", "reward": "1"}, "budget: give the most"),
        ({"recruiter": "link", "secured": True}, "only Prolific"),
        ({"recruiter": "prolific", "one_code_per_participant": True}, "one_code_per_participant"),
        ({"recruiter": "mturk", "currency": "GBP"}, "MTurk pays in USD"),
        ({"reward": "-1", "budget": "5"}, "greater than or equal to 0"),
        ({"reward": "0.001", "budget": "5"}, "decimal places"),
        ({"reward": "NaN", "budget": "5"}, "finite"),
        ({"currency": "gbp"}, "String should match"),
        ({"recruiter": "crowd"}, "Input should be"),
        ({"places": 0}, "greater than or equal to 1"),
        ({"excludes": ["Not a name"]}, "String should match"),
        ({"rewards": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_refused(section: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Recruiting.model_validate(section)


@pytest.mark.parametrize(
    ("typed", "minor"), [("1", 100), ("1.5", 150), (" 1,50 ", 150), ("0", 0), ("007.07", 707)]
)
def test_amounts_as_people_type_them(typed: str, minor: int) -> None:
    assert money_of(typed) == minor


@pytest.mark.parametrize("typed", ["", "-1", "1.234", "1e3", "1 000", "NaN", "٣", "1.", ".5", "12345678"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        money_of(typed)


@given(st.integers(0, 999_999_999))
def test_an_amount_comes_back(minor: int) -> None:
    assert money_of(decimal_text(minor)) == minor
    assert in_units(minor, "GBP") == f"{decimal_text(minor)} GBP"
    assert decimal_text(-minor) == f"-{decimal_text(minor)}" or minor == 0
